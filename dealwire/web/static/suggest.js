// Suggests companies while one types, from the list that programs read too; the browser shows them and takes the keys.
// Without this script, or where the server does not answer, the page's own suggestions stay.

const SUGGESTED_MAX = 12;
const LETTERS_MIN = 2;
const PAUSE_MILLISECONDS = 150;

for (const input of document.querySelectorAll("input[data-suggest]")) {
  suggestFor(input);
}

function suggestFor(input) {
  const own = [...input.list.children];
  let pause = 0;
  let asking = new AbortController();
  input.addEventListener("input", () => {
    clearTimeout(pause);
    asking.abort();
    const text = input.value.trim();
    if (text.length < LETTERS_MIN) {
      input.list.replaceChildren(...own);
      return;
    }
    asking = new AbortController();
    const { signal } = asking;
    pause = setTimeout(async () => {
      const names = await companiesLike(text, signal);
      if (!signal.aborted && names) {
        input.list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
      }
    }, PAUSE_MILLISECONDS);
  });
}

// The names of companies that hold the text, those of most stories first; null where the server cannot be asked.
async function companiesLike(text, signal) {
  const address = new URL("/api/v1/companies.json", location.origin);
  address.searchParams.set("name", text);
  const answer = await fetch(address, { signal }).catch(() => null);
  const found = answer?.ok ? await answer.json().catch(() => null) : null;
  return found && found.items.slice(0, SUGGESTED_MAX).map((one) => one.name);
}
