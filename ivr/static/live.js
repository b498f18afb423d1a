// Keeps #live up to date: asks for it again and again, and puts in only what has changed, so that
// a recording that plays, a selection and the focus stay where they are.
const QUICK = 2000; // while a page or a call is open
const SLOW = 15000;
const PATIENCE = 8000;

const live = document.querySelector("#live");
const stale = document.querySelector("#stale");
const ended = document.querySelector("#ended"); // where people sign in
const news = document.querySelector("#news");
let etag = "";
let failures = 0;
let timer = 0;

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
  if (fresh.dataset.news !== live.dataset.news) news.textContent = fresh.dataset.news;
  document.title = fresh.dataset.title;
  merge(live, fresh);
}

async function ask() {
  const url = new URL(location.href);
  url.searchParams.set("part", "live");
  const headers = etag ? { "If-None-Match": etag } : {};
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE) });
  if (ended) ended.hidden = answer.status !== 401;
  if (answer.status === 304 || answer.status === 401) return;
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  etag = answer.headers.get("ETag") ?? "";
  show(page.querySelector("#live"));
}

async function again() {
  try {
    if (!document.hidden) await ask();
    failures = 0;
  } catch {
    failures += 1;
  }
  stale.hidden = failures < 2;
  clearTimeout(timer);
  timer = setTimeout(again, live.dataset.quick || failures ? QUICK : SLOW);
}

if (live) {
  timer = setTimeout(again, QUICK);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) again();
  });
}

// A file that is too large is told of before it is sent.
for (const input of document.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    const large = [...input.files].find((file) => file.size > Number(input.dataset.largest));
    input.setCustomValidity(large ? `${large.name} is too large.` : "");
    input.reportValidity();
  });
}
