// A list that only grows at its end, such as the lines of a call or the texts of a phone. What is
// already there is left alone, so that a screen reader speaks new lines only and nobody loses
// their place; it follows the end unless somebody has scrolled back.

import { hidden, spaced } from "./wording.js";

export class Transcript {
  constructor(box, draw) {
    this.box = box;
    this.draw = draw;
    this.shown = new Map();
  }

  // True when something new was added.
  update(entries) {
    const atEnd = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 40;
    const now = new Set(entries.map((entry) => entry.id));
    for (const [id, element] of this.shown) {
      if (now.has(id)) continue;
      element.remove();
      this.shown.delete(id);
    }
    const fresh = entries.filter((entry) => !this.shown.has(entry.id));
    for (const entry of fresh) {
      const element = this.draw(entry);
      this.shown.set(entry.id, element);
      this.box.append(element);
    }
    if (fresh.length && atEnd) this.box.scrollTop = this.box.scrollHeight;
    return fresh.length > 0;
  }
}

const tellers = { heard: "Heard", pressed: "Pressed", spoke: "Said", event: "" };

export function drawLine({ kind, text, language }) {
  const line = document.createElement("p");
  line.className = kind;
  if (tellers[kind]) line.append(hidden(`${tellers[kind]}: `));
  const words = document.createElement("span");
  words.textContent = text;
  if (language) words.lang = language;
  line.append(words);
  return line;
}

export function drawText({ from, body, at }) {
  const message = document.createElement("p");
  const words = document.createElement("span");
  const origin = document.createElement("small");
  const time = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  words.textContent = body;
  origin.textContent = `${spaced(from)}, ${time}`;
  message.append(words, origin);
  return message;
}
