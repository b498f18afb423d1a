// Keeps what is under way up to date: asks for the page again, and swaps #live when it has changed.
const EVERY = 2500;

function busy(live) {
  const playing = [...live.querySelectorAll("audio")].some((audio) => !audio.paused);
  const reading = getSelection().toString() !== "" || live.contains(document.activeElement);
  return document.hidden || playing || reading;
}

async function refresh() {
  const live = document.querySelector("#live[data-live]");
  if (!live || busy(live)) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#live");
  if (!fresh || fresh.innerHTML === live.dataset.was) return;
  const open = [...live.querySelectorAll("details")].map((one) => one.open);
  const was = fresh.innerHTML;
  fresh.querySelectorAll("details").forEach((one, at) => { one.open = open[at] ?? one.open; });
  live.replaceWith(fresh);
  fresh.dataset.was = was;
}

async function forever() {
  try { await refresh(); } catch { /* the server is away: ask again */ }
  setTimeout(forever, EVERY);
}

const first = document.querySelector("#live");
if (first) {
  first.dataset.was = first.innerHTML;
  setTimeout(forever, EVERY);
}
