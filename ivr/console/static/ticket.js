// One ticket by keyboard: single keys, shown by ?, and a ready-made text that is put where one
// writes. Without this the page works as well: everything is a link, a button or a field.
const keys = document.querySelector("#keys");
const allowed = document.querySelector("#keys-on");
const text = document.querySelector("#text");
const PLAIN = "no-single-keys";

const lines = () => [...document.querySelectorAll(".timeline > li")];
const here = () => document.activeElement.closest(".timeline > li");

// A line can take the focus only while it has it: live.js would see another line otherwise.
function step(by) {
  const all = lines();
  const was = all.indexOf(here());
  const to = all[was < 0 ? (by > 0 ? 0 : all.length - 1) : was + by];
  if (!to) return;
  to.tabIndex = -1;
  to.addEventListener("focusout", () => to.removeAttribute("tabindex"), { once: true });
  to.focus();
  to.scrollIntoView({ block: "nearest" });
}

function fold() {
  const found = here()?.querySelector("details");
  if (found) found.open = !found.open;
}

function play() {
  const audio = here()?.querySelector("audio") ?? document.querySelector(".player audio");
  if (audio) audio.paused ? audio.play() : audio.pause();
}

function faster() {
  const select = document.querySelector(".speed select");
  if (!select) return;
  select.selectedIndex = (select.selectedIndex + 1) % select.length;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

function change() {
  const found = document.querySelector("#change");
  if (!found) return;
  found.open = true;
  found.querySelector("select, input:not([type=hidden])")?.focus();
}

const go = (selector) => document.querySelector(selector)?.click();
const shows = (number) => () => document.querySelectorAll(".shows a")[number]?.click();
const does = {
  "?": () => keys.showModal(),
  w: () => text?.focus(),
  j: () => step(1),
  k: () => step(-1),
  o: fold,
  p: play,
  f: faster,
  c: change,
  r: () => document.querySelector("[form=resolve]")?.focus(),
  u: () => go('header nav a[href$="/tickets"]'),
};
for (let number = 0; number < 5; number += 1) does[number + 1] = shows(number);

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  const written = target.matches("input, select, textarea, audio") || target.isContentEditable;
  const field = written && !keys.contains(target); // closed, it keeps the focus for a moment
  if (key === "Escape" && field && !keys.open) target.blur();
  if (field || keys.open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!does[key] || (!allowed.checked && key !== "?")) return;
  event.preventDefault();
  does[key]();
});

// Whoever speaks to the browser, or writes with it, can turn single keys off (WCAG 2.2, 2.1.4).
allowed.checked = localStorage.getItem(PLAIN) === null;
allowed.addEventListener("change", () => {
  if (allowed.checked) localStorage.removeItem(PLAIN);
  else localStorage.setItem(PLAIN, "1");
});
const shown = document.querySelector("#keys-shown");
shown.hidden = false;
shown.addEventListener("click", () => keys.showModal());

// A ready-made text stands where the cursor is; what is written, and chosen, stays.
document.querySelector("#insert")?.addEventListener("click", (event) => {
  event.preventDefault();
  const told = document.querySelector("#canned").selectedOptions[0]?.dataset.text;
  if (!told) return;
  const before = text.value.slice(0, text.selectionStart);
  const gap = before && !before.endsWith("\n") ? "\n\n" : "";
  text.setRangeText(gap + told, text.selectionStart, text.selectionEnd, "end");
  text.focus();
});
