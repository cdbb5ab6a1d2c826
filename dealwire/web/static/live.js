// Keeps the list of stories current: the server says by events which stories are new or changed, and gives their rows as
// HTML, for all that came in a moment at once.
// Without this script the page shows what it showed when it was loaded.

const state = document.getElementById("live");
const stories = document.getElementById("stories");
const announce = document.getElementById("announce");
const showNew = document.getElementById("show-new");

const NEAR_TOP_PIXELS = 240;
const ROWS_MAX = 300;
const GATHER_MILLISECONDS = 300;
const RETRY_MILLISECONDS = 1000;
const RETRY_MILLISECONDS_MAX = 30000;
const RETRIES_MAX = 10;
const INCOMPLETE = "Reload: some stories could not be brought";
const RECONNECT_MILLISECONDS = 5000;
// The server gives no more rows at once.
const ROWS_AT_ONCE = 50;
// Stories whose rows are still to be asked for, the first told first.
const told = new Set();
// Rows that are there, and wait until they may be shown.
const waiting = new Map();
let asking = false;
let lastSeen = "";

if (state && stories && state.dataset.card !== undefined && "EventSource" in window) {
  listen();
}

function listen() {
  let source = connect();
  // An answer that is no stream (too many listeners, a proxy's 502) ends an EventSource for good.
  setInterval(() => {
    if (source.readyState === EventSource.CLOSED && !document.hidden) {
      source = connect();
    }
  }, RECONNECT_MILLISECONDS);
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
    tell(JSON.parse(event.data).story);
  });
  source.addEventListener("reset", () => location.reload());
  return source;
}

function say(text, css) {
  state.textContent = text;
  state.classList.remove("live-on", "live-off");
  state.classList.add(css);
}

// What is told while rows are on their way comes with the next ones. What cannot be asked for now is asked for again,
// less and less often: the event that told of it does not come twice.
async function tell(id) {
  told.delete(id);
  told.add(id);
  if (asking) {
    return;
  }
  asking = true;
  await pause(GATHER_MILLISECONDS);
  let failures = 0;
  while (told.size && failures <= RETRIES_MAX) {
    const ids = [...told].slice(0, ROWS_AT_ONCE);
    ids.forEach((id) => told.delete(id));
    if (await bring(ids)) {
      failures = 0;
      await pause(GATHER_MILLISECONDS);
    } else {
      const since = [...told];
      told.clear();
      [...ids, ...since].forEach((id) => told.add(id));
      await pause(Math.min(RETRY_MILLISECONDS * 2 ** failures, RETRY_MILLISECONDS_MAX));
      failures += 1;
    }
  }
  asking = false;
  if (told.size) {
    say(INCOMPLETE, "live-off");
  } else if (state.textContent === INCOMPLETE) {
    say("Live", "live-on");
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Ask for the rows of these stories and show them; false where the server cannot be asked now.
async function bring(ids) {
  const address = new URL(`/stories/rows${state.dataset.card}`, location.origin);
  ids.forEach((id) => address.searchParams.append("story", id));
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.redirected) {
    location.reload(); // to sign in again
    return true;
  }
  if (!answer || answer.status === 429 || answer.status >= 500) {
    return false;
  }
  if (answer.ok) {
    const text = await answer.text().catch(() => null);
    if (text === null) {
      return false;
    }
    show(ids, rowsOf(text));
  }
  return true;
}

// The rows by their story, the oldest change first: each goes on top of those before it.
function rowsOf(text) {
  const parsed = new DOMParser().parseFromString(text, "text/html");
  const rows = [...parsed.querySelectorAll("li[data-story]")].reverse();
  return new Map(
    rows.map((row) => {
      const { day, dayName } = row.parentElement.dataset;
      Object.assign(row.dataset, { day, dayName });
      return [row.dataset.story, row];
    }),
  );
}

// Stories without a row are not among those that this page's filters ask for.
function show(ids, rows) {
  ids.forEach((id) => waiting.delete(id));
  if (!mayMove()) {
    rows.forEach((row, id) => waiting.set(id, row));
    showNew.textContent = waiting.size === 1 ? "1 new or changed story" : `${waiting.size} new or changed stories`;
    showNew.hidden = waiting.size === 0;
    return;
  }
  for (const id of ids.filter((one) => !rows.has(one))) {
    document.getElementById(`story-${id}`)?.remove();
  }
  placeAll(rows);
}

// Nothing may move under a reader's eyes, pointer or focus: then news waits for a press of the button.
function mayMove() {
  return window.scrollY < NEAR_TOP_PIXELS && !stories.contains(document.activeElement) && waiting.size === 0;
}

function showWaiting() {
  placeAll(waiting);
  waiting.clear();
  showNew.hidden = true;
  window.scrollTo({ top: 0 });
  document.getElementById("content").focus({ preventScroll: true });
}

function placeAll(rows) {
  let said = "";
  for (const row of rows.values()) {
    const before = document.getElementById(row.id);
    before?.remove();
    row.classList.add("fresh");
    listOf(row).prepend(document.adoptNode(row));
    said = `${before ? "Changed" : "New"}: ${row.querySelector(".who-is").textContent}`;
  }
  if (rows.size) {
    announce.textContent = rows.size === 1 ? said : `${rows.size} new or changed stories`;
    stories.querySelector(".empty")?.remove();
  }
  const shown = stories.querySelectorAll("li[data-story]");
  for (let last = shown.length - 1; last >= ROWS_MAX; last -= 1) {
    shown[last].remove();
  }
  dropEmptyDays();
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
