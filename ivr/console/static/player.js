// Recordings: how far one has played is seen on its waveform and on the sentence that is heard, a
// click on either goes there, and the speed that was chosen holds for all of them. An address that
// ends with #t=SECONDS&of=RECORDING opens one there, and plays nothing yet. Nothing of the page is
// changed for that, so that live.js, which compares what it has with what comes, leaves a recording
// where it is.
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
document.documentElement.classList.add("scripted");
const known = new Map(); // what is told of a waveform or a transcript, by its recording
const HEARD = '--heard: var(--brand); --wash: var(--card); --mark: "▸" / "";';
const NEARLY = 0.05; // seconds that a player stops short of where it was sent

function rule(selector, told) {
  known.set(selector.split("=")[0] + told.sid, `[${selector}] { ${told.what} }`);
  sheet.replaceSync([...known.values()].join("\n"));
}

const tell = (sid, what) => rule(`data-wave="${CSS.escape(sid)}"`, { sid, what });

function waveOf(audio) {
  return audio.closest(".player")?.querySelector(".wave");
}

function playerOf(sid) {
  return document.querySelector(`.player[data-recording="${CSS.escape(sid)}"]`);
}

function progress(audio) {
  const wave = waveOf(audio);
  const whole = audio.duration || Number(audio.closest(".player")?.dataset.seconds);
  if (!wave || !whole) return;
  tell(wave.dataset.wave, `--played: ${((100 * audio.currentTime) / whole).toFixed(2)}%`);
}

// The last sentence that has begun by then is the one that is heard.
function follow(player, seconds) {
  const begun = [...player.querySelectorAll("[data-said][data-at]")].filter(
    (one) => Number(one.dataset.at) <= seconds + NEARLY,
  );
  const heard = begun.at(-1);
  const sid = player.dataset.recording;
  rule(`data-said="${CSS.escape(heard?.dataset.said ?? "none")}"`, { sid, what: HEARD });
  return heard;
}

// Only the transcript moves, never the page.
function keepInSight(line) {
  const list = line?.closest(".said");
  if (!list || list.scrollHeight <= list.clientHeight) return;
  const { top, bottom } = line.getBoundingClientRect();
  const box = list.getBoundingClientRect();
  if (top < box.top) list.scrollTop -= box.top - top;
  else if (bottom > box.bottom) list.scrollTop += bottom - box.bottom;
}

// Before a sound is loaded, this is where it will begin.
function jump(audio, seconds) {
  audio.currentTime = Math.max(0, seconds);
  progress(audio);
}

function openThere() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const player = asked.has("t") && playerOf(asked.get("of") ?? "");
  if (!player) return;
  const seconds = Number(asked.get("t")) || 0;
  const audio = player.querySelector("audio");
  if (audio) jump(audio, seconds);
  const line = follow(player, seconds + 1); // it begins a moment before what was looked for
  line?.closest("details")?.setAttribute("open", "");
  (line ?? player).scrollIntoView({ block: "center" });
  line?.querySelector("a")?.focus({ preventScroll: true });
}

function choose(speed) {
  for (const select of document.querySelectorAll(".speed select")) select.value = speed;
  for (const audio of document.querySelectorAll(".player audio")) audio.playbackRate = Number(speed);
}

// What happens to an audio does not bubble, but can be caught on its way down.
for (const kind of ["timeupdate", "seeked"]) {
  document.addEventListener(kind, ({ target }) => {
    progress(target);
    const player = target.closest(".player");
    if (player) keepInSight(follow(player, target.currentTime));
  }, true);
}

document.addEventListener("play", ({ target }) => {
  const select = target.closest(".player")?.querySelector(".speed select");
  if (select) target.playbackRate = Number(select.value);
  for (const other of document.querySelectorAll(".player audio")) {
    if (other !== target) other.pause();
  }
}, true);

// Where there is no picture the player stays plain.
const without = (image) => tell(image.closest(".wave").dataset.wave, "display: none");
document.addEventListener("error", ({ target }) => target.closest?.(".wave") && without(target), true);
for (const image of document.querySelectorAll(".wave img")) {
  if (image.complete && !image.naturalWidth) without(image); // it failed before this was here
}

document.addEventListener("change", ({ target }) => {
  if (target.matches(".speed select")) choose(target.value);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-jump]");
  const there = link && playerOf(link.dataset.jump)?.querySelector("audio");
  if (!there || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  jump(there, Number(link.dataset.to));
  there.play();
});

document.addEventListener("click", (event) => {
  const wave = event.target.closest(".wave");
  const audio = wave?.closest(".player").querySelector("audio");
  if (!audio) return;
  const { left, width } = wave.getBoundingClientRect();
  const part = (event.clientX - left) / width;
  const go = () => { audio.currentTime = part * audio.duration; };
  if (audio.duration) go();
  else audio.addEventListener("loadedmetadata", go, { once: true });
  audio.play();
});

openThere();
addEventListener("hashchange", openThere);
