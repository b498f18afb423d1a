// The one switch for everything audible. Browsers stay silent until somebody touches the page,
// so a switch left on comes into force with the first key or click.

const remembered = "phones.sound";
let wanted = localStorage.getItem(remembered) !== "off";
let touched = false;
let context = null;
const listeners = [];

export function soundIsOn() {
  return wanted && touched;
}

export function whenSoundChanges(listener) {
  listeners.push(listener);
}

// The audio output, made at the first use; null while the sound is off.
export function output() {
  if (!soundIsOn()) return null;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  return context;
}

export function connectSwitch(button) {
  const show = () => {
    button.setAttribute("aria-checked", String(wanted));
    button.querySelector("span").textContent = wanted ? "on" : "off";
  };
  button.addEventListener("click", () => {
    wanted = !wanted;
    localStorage.setItem(remembered, wanted ? "on" : "off");
    show();
    tell();
  });
  for (const touch of ["pointerdown", "keydown"]) {
    addEventListener(touch, () => { touched = true; tell(); }, { once: true, capture: true });
  }
  show();
}

function tell() {
  for (const listener of listeners) listener(soundIsOn());
}
