// The first page, where an unanswered page is told of by the tab's picture and by a sound, if
// wanted. A browser lets a page sound only after somebody has used it, and so the button says so.
const AGAIN = 6000; // milliseconds between two alarms
const LOW = 660;
const HIGH = 880; // hertz

const now = document.querySelector("#live");
const button = document.querySelector("#sound");
const icon = document.querySelector("link[rel=icon]");
const quiet = icon.href;
let wanted = localStorage.getItem("sound") === "on";
let audio = null;
let last = 0;
let heard = "";

function tone(hertz, at) {
  const source = audio.createOscillator();
  const loud = audio.createGain();
  source.frequency.value = hertz;
  loud.gain.setValueAtTime(0, at);
  loud.gain.linearRampToValueAtTime(0.25, at + 0.02);
  loud.gain.setValueAtTime(0.25, at + 0.2);
  loud.gain.linearRampToValueAtTime(0, at + 0.28);
  source.connect(loud).connect(audio.destination);
  source.start(at);
  source.stop(at + 0.3);
}

function sound() {
  [LOW, HIGH, LOW, HIGH].forEach((hertz, nth) => tone(hertz, audio.currentTime + nth * 0.3));
}

async function ready() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") {
    // it stays so, and the promise open, until somebody has used the page
    await Promise.race([audio.resume(), new Promise((later) => setTimeout(later, 100))]);
  }
  tell();
}

function tell() {
  const state = !wanted ? "off" : audio?.state === "running" ? "on" : "waits";
  button.setAttribute("aria-pressed", String(wanted));
  button.dataset.state = state;
  button.textContent = button.dataset[state];
}

// What needs somebody, by the pages' numbers; a new one is told of at once.
function look() {
  const needs = now.dataset.alarms;
  icon.href = needs ? button.dataset.icon : quiet;
  if (!needs) heard = "";
  if (!needs || !wanted || audio?.state !== "running") return;
  const fresh = needs.split(" ").some((one) => !heard.split(" ").includes(one));
  if (!fresh && Date.now() - last < AGAIN) return;
  heard = needs;
  last = Date.now();
  sound();
}

button.hidden = false;
button.addEventListener("click", async () => {
  wanted = button.dataset.state !== "on";
  localStorage.setItem("sound", wanted ? "on" : "off");
  if (wanted) {
    await ready();
    if (audio.state === "running") sound(); // so that one knows how it sounds
  }
  tell();
});
for (const use of ["pointerdown", "keydown"]) {
  document.addEventListener(use, (event) => {
    if (wanted && event.target !== button) ready();
  });
}
now.addEventListener("shown", look);
setInterval(look, 1000);
tell();
if (wanted) ready();
look();
