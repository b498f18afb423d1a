// Keeps #live up to date: asks for it again and again, and puts in only what has changed, so that
// a recording that plays, a selection and the focus stay where they are.
const QUICK = 2000; // while a page or a call is open
const SLOW = 15000;
const PATIENCE = 8000;
const UNITS = [86400, 3600, 60, 1]; // seconds

const live = document.querySelector("#live");
const stale = document.querySelector("#stale");
const ended = document.querySelector("#ended"); // where people sign in
const news = document.querySelector("#news");
let etag = "";
let failures = 0;
let timer = 0;
let ahead = 0; // milliseconds that the service's clock is ahead of ours

function inUse(part) {
  const selection = getSelection();
  return (
    part.contains(document.activeElement) ||
    [...part.querySelectorAll("audio")].some((audio) => !audio.paused) ||
    (!selection.isCollapsed && selection.containsNode(part, true))
  );
}

// A part with data-keyed is merged child by child, by id; any other is replaced whole.
function merge(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (!("keyed" in fresh.dataset)) {
    if (inUse(old)) etag = ""; // ask for it once more when nobody uses it
    else old.replaceWith(fresh);
    return;
  }
  for (const name of fresh.getAttributeNames()) old.setAttribute(name, fresh.getAttribute(name));
  old.hidden = fresh.hidden;
  const before = new Map([...old.children].map((child) => [child.id, child]));
  let place = old.firstElementChild;
  for (const child of [...fresh.children]) {
    const was = before.get(child.id);
    if (was) {
      place = was.nextElementSibling;
      merge(was, child);
    } else {
      old.insertBefore(child, place);
    }
    before.delete(child.id);
  }
  for (const gone of before.values()) gone.remove();
}

function show(fresh) {
  for (const folded of fresh.querySelectorAll("details")) {
    const was = document.getElementById(folded.id);
    if (was) folded.open = was.open;
  }
  run(fresh);
  if (fresh.dataset.news !== live.dataset.news) news.textContent = fresh.dataset.news;
  document.title = fresh.dataset.title;
  merge(live, fresh);
  live.dispatchEvent(new Event("shown"));
}

async function ask() {
  const url = new URL(location.href);
  url.searchParams.set("part", "live");
  const headers = etag ? { "If-None-Match": etag } : {};
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE) });
  if (ended) ended.hidden = answer.status !== 401;
  set(answer.headers.get("Clock"));
  if (answer.status === 304 || answer.status === 401) return;
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  etag = answer.headers.get("ETag") ?? "";
  show(page.querySelector("#live"));
}

async function again() {
  clearTimeout(timer);
  timer = 0;
  try {
    if (!document.hidden || "watch" in live.dataset) await ask();
    failures = 0;
  } catch {
    failures += 1;
  }
  stale.hidden = failures < 2;
  clearTimeout(timer);
  timer = setTimeout(again, live.dataset.quick || failures ? QUICK : SLOW);
}

// Times that run by themselves: how long since a moment, or until one, as the service's clock says.
function set(now) {
  if (now) ahead = Date.parse(now) - Date.now();
}

function span(seconds) {
  const units = live.dataset.units.split("|");
  const told = [];
  let left = Math.max(0, Math.floor(seconds));
  UNITS.forEach((size, at) => {
    if (left >= size || (size === 1 && !told.length)) {
      told.push(units[at].replace("#", Math.floor(left / size)));
    }
    left %= size;
  });
  return told.slice(0, 2).join(" ");
}

function run(part) {
  const now = Date.now() + ahead;
  for (const time of part.querySelectorAll("time[data-runs]")) {
    const passed = (now - Date.parse(time.dateTime)) / 1000;
    const told = span(time.dataset.runs === "since" ? passed : -passed);
    if (time.textContent !== told) time.textContent = told;
  }
}

if (live) {
  timer = setTimeout(again, QUICK);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) again();
  });
  if (live.dataset.now) {
    set(live.dataset.now);
    setInterval(() => run(live), 1000);
  }
  if ("watch" in live.dataset) {
    // a page that nobody looks at has slow timers; a worker has not
    const beat = new Worker(live.dataset.watch);
    beat.addEventListener("message", () => {
      if (document.hidden && timer) again();
    });
  }
}

// A file that is too large is told of before it is sent.
for (const input of document.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    const large = [...input.files].find((file) => file.size > Number(input.dataset.largest));
    input.setCustomValidity(large ? input.dataset.large.replace("{name}", large.name) : "");
    input.reportValidity();
  });
}
