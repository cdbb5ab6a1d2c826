// Suggests companies while one types, from the list that programs read too: a combobox as the ARIA Authoring Practices
// have it, because a browser's own suggestions hide what does not hold the text as typed, such as a company's other name.
// Without this script, or where the server does not answer, one types on; a field's datalist is the browser's then.

const ADDRESS = "/api/v1/suggestions.json";
const LETTERS_MIN = 2;
const PAUSE_MILLISECONDS = 150;

for (const input of document.querySelectorAll("input[data-suggest]")) {
  suggestFor(input);
}

// With data-suggest="sentence" the words before the caret are completed and the rest of the text stays.
function suggestFor(input) {
  const inSentence = input.dataset.suggest === "sentence";
  const own = [...(input.list?.options ?? [])].map((option) => ({ name: option.value, known_as: "", typed: "" }));
  const { list, count } = dress(input);
  let shown = [];
  let active = -1;
  // Where in the text the name begins that is being typed.
  let start = 0;
  let pause = 0;
  let asking = new AbortController();

  input.addEventListener("input", () => {
    show(shown.filter(stillFits));
    ask(PAUSE_MILLISECONDS);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (shown.length) {
        move(event.key === "ArrowDown" ? 1 : -1);
      } else {
        ask(0);
      }
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Escape" && shown.length) {
      event.preventDefault();
      close();
    }
  });
  // The field keeps the focus while one chooses with a pointer.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (option) {
      choose([...list.children].indexOf(option));
    }
  });

  // Only the last question counts, whichever answer comes last.
  function ask(milliseconds) {
    clearTimeout(pause);
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const text = input.value.slice(0, input.selectionEnd);
    if (!input.value && own.length) {
      start = 0;
      show(milliseconds ? [] : own);
    } else if (text.trim().length < LETTERS_MIN) {
      show([]);
    } else {
      pause = setTimeout(async () => {
        const found = await companiesFor(text, inSentence, signal);
        if (!signal.aborted) {
          start = found.length ? text.length - (inSentence ? found[0].typed.length : text.length) : 0;
          show(found);
        }
      }, milliseconds);
    }
  }

  function stillFits(one) {
    const typed = input.value.slice(start, input.selectionEnd).trim().toLowerCase();
    return typed && `${one.name} ${one.known_as}`.toLowerCase().includes(typed);
  }

  function show(found) {
    shown = found;
    list.replaceChildren(...found.map((one, index) => optionOf(one, `${list.id}-${index}`)));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    count.textContent = found.length ? `${found.length} ${found.length === 1 ? "company" : "companies"} to choose from` : "";
    activate(-1);
  }

  // From the last on to none, which is the text as typed, and round.
  function move(step) {
    const places = shown.length + 1;
    activate(((active + 1 + step + places) % places) - 1);
  }

  function activate(index) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = list.children[active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function choose(index) {
    input.setRangeText(shown[index].name, start, inSentence ? input.selectionEnd : input.value.length, "end");
    close();
  }

  function close() {
    clearTimeout(pause);
    asking.abort();
    show([]);
  }
}

// The field as a combobox, the list under it, and the line that tells screen readers how many there are.
function dress(input) {
  input.removeAttribute("list");
  const list = Object.assign(document.createElement("ul"), { id: `${input.id}-suggestions`, className: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Companies");
  const count = Object.assign(document.createElement("p"), { className: "unseen" });
  count.setAttribute("aria-live", "polite");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.after(list, count);
  return { list, count };
}

function optionOf(company, id) {
  const option = Object.assign(document.createElement("li"), { id });
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.append(Object.assign(document.createElement("bdi"), { textContent: company.name }));
  if (company.known_as) {
    option.append(" ", Object.assign(document.createElement("small"), { textContent: `also ${company.known_as}` }));
  }
  return option;
}

// None where the server cannot be asked: what it said of an earlier text would mislead.
async function companiesFor(text, inSentence, signal) {
  const address = new URL(ADDRESS, location.origin);
  address.searchParams.set("text", text);
  if (inSentence) {
    address.searchParams.set("sentence", "1");
  }
  const answer = await fetch(address, { signal }).catch(() => null);
  const found = answer?.ok ? await answer.json().catch(() => null) : null;
  return found?.items ?? [];
}
