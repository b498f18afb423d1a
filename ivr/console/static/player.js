// Recordings: how far one has played is seen on its waveform, a click goes there, and the speed that
// was chosen holds for all of them. Nothing of the page is changed for that, so that live.js, which
// compares what it has with what comes, leaves a recording where it is.
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
document.documentElement.classList.add("scripted");
const known = new Map(); // what is told of a waveform, by its recording

function tell(sid, told) {
  known.set(sid, told);
  const rules = [...known].map(([one, what]) => `[data-wave="${CSS.escape(one)}"] { ${what} }`);
  sheet.replaceSync(rules.join("\n"));
}

function waveOf(audio) {
  return audio.closest(".player")?.querySelector(".wave");
}

function choose(speed) {
  for (const select of document.querySelectorAll(".speed select")) select.value = speed;
  for (const audio of document.querySelectorAll(".player audio")) audio.playbackRate = Number(speed);
}

// What happens to an audio does not bubble, but can be caught on its way down.
for (const kind of ["timeupdate", "seeked"]) {
  document.addEventListener(kind, ({ target }) => {
    const wave = waveOf(target);
    if (!wave || !target.duration) return;
    tell(wave.dataset.wave, `--played: ${((100 * target.currentTime) / target.duration).toFixed(2)}%`);
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
