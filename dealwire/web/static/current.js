// Keeps the figures of a page current while somebody looks at it: now and then the page is asked for again, and the
// parts of it that changed take the places of the old ones. Nothing moves: a part that has other rows now, or another
// height, or that somebody is busy with, waits for a press of the button. It is not told to screen readers each time.
// Without this script the page shows what it showed when it was loaded.

const state = document.getElementById("current");
const more = document.getElementById("show-more");

const EVERY_MILLISECONDS = 15000;
const EVERY_MILLISECONDS_MAX = 240000;
let wait = EVERY_MILLISECONDS;
let timer = 0;
let asking = false;

if (state && more) {
  more.addEventListener("click", () => location.assign(state.dataset.page));
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) {
      look();
    }
  });
  timer = setTimeout(look, wait);
}

async function look() {
  if (asking || document.hidden) {
    return;
  }
  asking = true;
  const page = await newest();
  asking = false;
  if (page) {
    const parts = new Map(partsOf(document).map((part) => [part.dataset.part, part]));
    const late = partsOf(page).filter((newer) => !exchange(parts.get(newer.dataset.part), newer));
    more.hidden = !late.length;
  }
  state.textContent = page ? page.getElementById("current").textContent : "Connecting again …";
  wait = page ? EVERY_MILLISECONDS : Math.min(wait * 2, EVERY_MILLISECONDS_MAX);
  state.classList.toggle("live-on", Boolean(page));
  state.classList.toggle("live-off", !page);
  timer = setTimeout(look, wait);
}

// The page as it would be loaded now; null where the server cannot be asked, or wants one to sign in again.
async function newest() {
  const answer = await fetch(state.dataset.page, { headers: { Accept: "text/html" } }).catch(() => null);
  const text = answer?.ok && !answer.redirected ? await answer.text().catch(() => null) : null;
  return text === null ? null : new DOMParser().parseFromString(text, "text/html");
}

function partsOf(page) {
  return [...page.querySelectorAll("[data-part]")];
}

// Put the newer one in the part's place, unless somebody is busy there; false where it would move what is on the page.
function exchange(part, newer) {
  if (!part || keysOf(part) !== keysOf(newer)) {
    return false;
  }
  if (part.isEqualNode(newer) || isBusy(part)) {
    return true;
  }
  const height = part.offsetHeight;
  const placed = document.adoptNode(newer);
  part.replaceWith(placed);
  if (placed.offsetHeight === height) {
    return true;
  }
  placed.replaceWith(part);
  return false;
}

// What its rows are, in their order.
function keysOf(part) {
  return JSON.stringify([...part.querySelectorAll("[data-key]")].map((one) => one.dataset.key));
}

function isBusy(part) {
  const selected = getSelection();
  return (
    part.matches(":hover, :focus-within") ||
    part.querySelector("details[open]") !== null ||
    [...part.querySelectorAll(".table-box")].some((box) => box.scrollLeft > 0) ||
    (!selected.isCollapsed && part.contains(selected.anchorNode))
  );
}
