// Keeps a ticket up to date: asks for #live again and again, and puts it in when it has changed.
// And: a form that is under way is not sent twice.
const QUICK = 2000; // while somebody is being rung
const SLOW = 10000;
const PATIENCE = 8000;

const stale = document.querySelector("#stale");
let etag = "";
let failures = 0;
let timer = 0;

async function ask(live) {
  const url = new URL(location.href);
  url.searchParams.set("part", "live");
  const headers = etag ? { "If-None-Match": etag } : {};
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status === 304) return live;
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#live");
  if (!fresh) return live; // signed out meanwhile: the next press says so
  etag = answer.headers.get("ETag") ?? "";
  return put(live, fresh);
}

function put(live, fresh) {
  if (live.isEqualNode(fresh)) return live;
  const used = live.contains(document.activeElement) || !getSelection().isCollapsed;
  if (used) {
    // Only what is said at the top, so that nobody loses their place.
    const status = live.querySelector("[role=status]");
    const now = fresh.querySelector("[role=status]");
    if (status.textContent !== now.textContent) status.textContent = now.textContent;
    etag = "";
    return live;
  }
  live.replaceWith(fresh);
  document.title = fresh.dataset.title;
  return fresh;
}

async function again() {
  let live = document.querySelector("#live");
  try {
    if (!document.hidden) live = await ask(live);
    failures = 0;
  } catch {
    failures += 1;
  }
  stale.hidden = failures < 2;
  clearTimeout(timer);
  timer = setTimeout(again, live.dataset.quick || failures ? QUICK : SLOW);
}

if (document.querySelector("#live")) {
  timer = setTimeout(again, QUICK);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) again();
  });
}

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => {
      for (const button of form.querySelectorAll("button")) button.disabled = true;
    });
  });
}
// Back from the next page, a form may be sent again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
