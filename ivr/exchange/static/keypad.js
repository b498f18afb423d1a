// The twelve keys of a phone, by mouse, touch and keyboard. Keys pressed quickly leave in order:
// while one request is under way the next ones gather and go together.

import { keyTone } from "./ringer.js";

const letters = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ", 0: "+" };
const spoken = { "*": "Star", "#": "Number sign" };

export class Keypad {
  constructor(pad, send) {
    this.pad = pad;
    this.send = send;
    this.pending = "";
    this.sending = false;
    for (const key of "123456789*0#") pad.append(this.button(key));
  }

  button(key) {
    const button = document.createElement("button");
    const digit = document.createElement("b");
    const small = document.createElement("small");
    button.type = "button";
    button.dataset.key = key;
    button.setAttribute("aria-label", spoken[key] ?? key);
    digit.textContent = key;
    small.textContent = letters[key] ?? "";
    small.ariaHidden = "true";
    button.append(digit, small);
    button.addEventListener("click", () => this.press(key));
    return button;
  }

  // Typing anywhere on the phone but into a text box presses its keys.
  listenTo(element) {
    element.addEventListener("keydown", (event) => {
      const chord = event.ctrlKey || event.altKey || event.metaKey;
      const typing = event.target.matches("input, textarea, select");
      if (chord || typing || event.repeat || this.pad.hidden) return;
      if (!/^[0-9*#]$/.test(event.key)) return;
      event.preventDefault();
      this.press(event.key);
    });
  }

  async press(key) {
    keyTone(key);
    this.show(key);
    this.pending += key;
    if (this.sending) return;
    this.sending = true;
    while (this.pending) {
      const keys = this.pending;
      this.pending = "";
      await this.send(keys);
    }
    this.sending = false;
  }

  show(key) {
    const button = this.pad.querySelector(`[data-key="${CSS.escape(key)}"]`);
    button.classList.add("down");
    setTimeout(() => button.classList.remove("down"), 160);
  }
}
