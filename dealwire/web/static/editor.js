// Takes the reader from a mistake to its place in the text, and asks before an unsaved change is left behind.
// Without this script the mistakes lead to the numbered lines below the form.

const text = document.getElementById("text");

if (text) {
  const before = text.value;
  let submitted = false;
  text.form.addEventListener("submit", () => {
    submitted = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!submitted && text.value !== before) {
      event.preventDefault();
    }
  });
  for (const link of document.querySelectorAll("a[data-line]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      goTo(Number(link.dataset.line), Number(link.dataset.column));
    });
  }
  document.getElementById(document.querySelector(".problems") ? "problems" : "trial")?.focus();
}

function goTo(line, column) {
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  const end = start + (/^\S+/.exec(text.value.slice(start))?.[0].length ?? 0);
  text.focus();
  text.setSelectionRange(start, end);
  text.scrollTop = (line / lines.length) * text.scrollHeight - text.clientHeight / 2;
}
