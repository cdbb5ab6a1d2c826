// Keeps the list of stories current: the server says by events which story is new or changed, and gives its row as HTML.
// Without this script the page shows what it showed when it was loaded.

const state = document.getElementById("live");
const stories = document.getElementById("stories");
const announce = document.getElementById("announce");
const showNew = document.getElementById("show-new");

const NEAR_TOP_PIXELS = 240;
const ROWS_MAX = 300;
const waiting = new Map();
let lastSeen = "";

if (state && stories && state.dataset.card !== undefined && "EventSource" in window) {
  listen();
}

function listen() {
  let source = connect();
  showNew.addEventListener("click", showWaiting);
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  // A browser holds few connections to one server: a tab that nobody looks at gives its own up, and catches up later.
  document.addEventListener("visibilitychange", () => {
    source.close();
    if (!document.hidden) {
      source = connect();
    }
  });
}

// The page says what it has seen already; from then on the browser itself names the last event when it comes back.
function connect() {
  const address = new URL(state.dataset.events, location.origin);
  if (lastSeen) {
    address.searchParams.set("after", lastSeen);
  }
  const source = new EventSource(address);
  source.addEventListener("open", () => say("Live", "live-on"));
  source.addEventListener("error", () => say("Connecting again …", "live-off"));
  source.addEventListener("story", (event) => {
    lastSeen = event.lastEventId;
    take(JSON.parse(event.data).story);
  });
  source.addEventListener("reset", () => location.reload());
  return source;
}

function say(text, css) {
  state.textContent = text;
  state.classList.remove("live-on", "live-off");
  state.classList.add(css);
}

// The row of one story. 204: it is not among those that this page's filters ask for.
async function take(story) {
  const address = new URL(`/stories/${encodeURIComponent(story)}/row${state.dataset.card}`, location.origin);
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (answer.status === 204 && mayMove()) {
    document.getElementById(`story-${story}`)?.remove();
    dropEmptyDays();
  }
  if (answer.status !== 200) {
    return;
  }
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const row = parsed.querySelector("li[data-story]");
  if (!row) {
    return;
  }
  row.dataset.day = parsed.querySelector("ol[data-day]").dataset.day;
  row.dataset.dayName = parsed.querySelector("ol[data-day]").dataset.dayName;
  if (mayMove()) {
    place(row);
  } else {
    waiting.set(story, row);
    showNew.textContent = waiting.size === 1 ? "1 new or changed story" : `${waiting.size} new or changed stories`;
    showNew.hidden = false;
  }
}

// Nothing may move under a reader's eyes, pointer or focus: then news waits for a press of the button.
function mayMove() {
  return window.scrollY < NEAR_TOP_PIXELS && !stories.contains(document.activeElement) && waiting.size === 0;
}

function showWaiting() {
  for (const row of waiting.values()) {
    place(row);
  }
  waiting.clear();
  showNew.hidden = true;
  window.scrollTo({ top: 0 });
  document.getElementById("content").focus({ preventScroll: true });
}

function place(row) {
  const before = document.getElementById(row.id);
  before?.remove();
  row.classList.add("fresh");
  listOf(row).prepend(document.adoptNode(row));
  announce.textContent = `${before ? "Changed" : "New"}: ${row.querySelector(".who-is").textContent}`;
  stories.querySelector(".empty")?.remove();
  dropEmptyDays();
  const rows = stories.querySelectorAll("li[data-story]");
  for (let last = rows.length - 1; last >= ROWS_MAX; last -= 1) {
    rows[last].remove();
  }
}

function dropEmptyDays() {
  for (const list of stories.querySelectorAll("ol.cards")) {
    if (!list.children.length) {
      stories.querySelector(`h2[data-day="${list.dataset.day}"]`)?.remove();
      list.remove();
    }
  }
}

// The list of the row's day, made where the page has none yet, in its place among the days.
function listOf(row) {
  const { day, dayName } = row.dataset;
  const lists = [...stories.querySelectorAll("ol.cards")];
  const found = lists.find((list) => list.dataset.day === day);
  if (found) {
    return found;
  }
  const heading = document.createElement("h2");
  heading.className = "day";
  heading.dataset.day = day;
  heading.append(Object.assign(document.createElement("span"), { textContent: dayName }));
  const list = document.createElement("ol");
  list.className = "cards";
  list.dataset.day = day;
  const older = lists.find((one) => one.dataset.day < day);
  const place = older ? stories.querySelector(`h2[data-day="${older.dataset.day}"]`) : stories.querySelector(".pages");
  stories.insertBefore(heading, place ?? null);
  stories.insertBefore(list, place ?? null);
  return list;
}
