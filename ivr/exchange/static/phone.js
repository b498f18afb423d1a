// One phone on the page: what it shows of its state, and what its buttons ask of the exchange.
// Its elements are made once and only changed, so that focus stays where it was.

import { Keypad } from "./keypad.js";
import { microphoneExists, record } from "./recorder.js";
import { ask } from "./state.js";
import { Transcript, drawLine, drawText } from "./transcript.js";
import { hush } from "./voice.js";
import { and, hidden, initials, spaced } from "./wording.js";

const template = document.querySelector("#phone");
const answersByText = ["ACCEPT", "PASS", "RESOLVE"];

export class Phone {
  constructor(state, line) {
    this.number = state.number;
    this.line = line;
    this.sending = 0;
    this.element = template.content.cloneNode(true).firstElementChild;
    this.part = (name) => this.element.querySelector(`.${name}`);
    this.lines = new Transcript(this.part("lines"), drawLine);
    this.messages = new Transcript(this.part("messages"), drawText);
    this.keypad = new Keypad(this.part("keypad"), (keys) => this.press(keys));
    this.keypad.listenTo(this.element);
    this.introduce(state);
    this.connect();
  }

  introduce({ name, number, role }) {
    const heading = this.part("name");
    heading.textContent = name;
    heading.id = `phone-${number.replace(/\W/g, "")}`;
    this.element.dataset.role = role;
    this.element.setAttribute("aria-labelledby", heading.id);
    this.part("number").textContent = spaced(number);
    this.part("face").textContent = initials(name);
    this.part("dial").textContent = role === "customer" ? `Dial ${spaced(this.line)}` : "Call the support line";
    this.part("lines").setAttribute("aria-label", `Call of ${name}`);
    this.part("keypad").setAttribute("aria-label", `Keypad of ${name}: type the keys`);
    this.part("messages").setAttribute("aria-label", `Texts to ${name}`);
    this.part("quick").hidden = role === "customer";
    this.part("say").querySelector(".words").setAttribute("aria-label", `${name} says`);
    this.part("reply").querySelector(".words").setAttribute("aria-label", `${name} texts the support line`);
    this.part("reply").querySelector(".words").placeholder = "Text the support line";
  }

  connect() {
    const on = (name, act) => this.part(name).addEventListener("click", act);
    on("answer", () => this.do("answer"));
    on("reject", () => this.do("reject"));
    on("dial", () => this.do("dial"));
    on("hang-up", () => this.hangUp());
    on("microphone", () => this.useMicrophone());
    this.onWords("say", (text) => this.do("speak", { text }));
    this.onWords("reply", (body) => this.do("text", { body }));
    for (const word of answersByText) this.part("quick").append(this.quick(word));
  }

  onWords(form, send) {
    this.part(form).addEventListener("submit", async (event) => {
      event.preventDefault();
      const words = event.target.querySelector(".words");
      const text = words.value.trim();
      if (!text) return;
      words.value = ""; // what is typed while this is sent is the next
      this.sending += 1;
      if (await send(text)) words.value = [text, words.value].filter(Boolean).join(" ");
      this.sending -= 1;
    });
  }

  quick(word) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet button";
    button.textContent = word;
    button.addEventListener("click", () => this.do("text", { body: word }));
    return button;
  }

  async do(what, body) {
    const problem = await ask(`phones/${encodeURIComponent(this.number)}/${what}`, body);
    this.part("problem").textContent = problem;
    return problem;
  }

  async press(keys) {
    hush(this.number);
    await this.finishRecording();
    await this.do("press", { keys });
  }

  async hangUp() {
    hush(this.number);
    await this.finishRecording();
    await this.do("hang-up");
  }

  async useMicrophone() {
    if (this.stopRecording) {
      await this.finishRecording();
      return;
    }
    if (this.asking) return;
    this.asking = true;
    try {
      this.stopRecording = await record();
    } catch {
      this.part("problem").textContent = "The microphone may not be used: type the words instead.";
    }
    this.asking = false;
    this.showMicrophone();
    if (this.state.state !== "in-call") await this.finishRecording(); // it ended meanwhile
  }

  // While somebody types, the microphone is on, or words are under way, the line shall not take it for silence.
  holdTheLine() {
    const typing = this.part("say").querySelector(".words").value;
    const listened = this.state.expects === "speech";
    if (listened && (typing || this.sending || this.stopRecording)) this.do("speaking");
  }

  async finishRecording() {
    const stop = this.stopRecording;
    if (!stop) return;
    this.stopRecording = null;
    this.showMicrophone();
    try {
      await this.do("speak", await stop());
    } catch {
      this.part("problem").textContent = "The microphone heard nothing: type the words instead.";
    }
  }

  update(state) {
    const focused = this.element.contains(document.activeElement);
    const inCall = state.state === "in-call";
    this.state = state;
    this.element.dataset.state = state.state;
    this.element.dataset.expects = state.expects ?? "";
    this.element.classList.toggle("bridged", inCall && state.bridged_with.length > 0);
    this.showSummary(state);
    if (!inCall) this.finishRecording();
    this.show("answer", state.state === "ringing");
    this.show("reject", state.state === "ringing");
    this.show("dial", state.state === "idle");
    this.show("hang-up", inCall || state.state === "dialling");
    this.show("keypad", inCall);
    this.show("say", inCall);
    this.invite(state);
    this.showMicrophone();
    this.show("lines", state.lines.length);
    this.lines.update(state.lines);
    this.showTexts(state.texts);
    if (focused) this.keepFocus();
  }

  set(part, text) {
    const element = this.part(part);
    if (element.textContent !== text) element.textContent = text;
  }

  // Whoever listens instead of looking is told whose phone it is.
  showSummary(state) {
    const other = [this.line, "Support line"].includes(state.with) ? "the support line" : spaced(state.with);
    const text = summary(state, other);
    if (this.part("state-words").lastChild?.textContent === text) return;
    this.part("state-words").replaceChildren(hidden(`${state.name}: `), text);
  }

  show(part, visible) {
    this.part(part).hidden = !visible;
  }

  invite({ expects, bridged_with }) {
    const words = this.part("say").querySelector(".words");
    if (bridged_with.length) words.placeholder = `Say to ${and(bridged_with)}`;
    else words.placeholder = expects === "speech" ? "Say it: type it here" : "Say something";
  }

  showMicrophone() {
    const button = this.part("microphone");
    const on = Boolean(this.stopRecording);
    button.hidden = !on && !(this.state.expects === "speech" && microphoneExists());
    button.classList.toggle("on", on);
    const text = on ? "Stop and send" : "Use the microphone";
    if (button.textContent !== text) button.textContent = text;
  }

  showTexts(texts) {
    this.set("count", texts.length ? String(texts.length) : "");
    this.show("messages", texts.length);
    if (this.messages.update(texts)) this.part("texts").open = true;
  }

  // A button that vanishes under the focus hands it to what the hand needs next.
  keepFocus() {
    if (document.activeElement.checkVisibility() && document.activeElement !== document.body) return;
    const next = ["keypad", "answer", "hang-up", "dial"].map(this.part).find((part) => !part.hidden);
    next.focus();
  }

  showTime(now) {
    const seconds = this.state.since ? Math.max(0, Math.floor((now - Date.parse(this.state.since)) / 1000)) : -1;
    const two = (value) => String(value).padStart(2, "0");
    const busy = this.state.state === "in-call" && seconds >= 0;
    this.set("timer", busy ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}` : "");
  }
}

function summary({ state, bridged_with }, other) {
  if (state === "dialling") return `Calling ${other}`;
  if (state === "ringing") return `A call from ${other}`;
  if (state !== "in-call") return "Ready";
  return bridged_with.length ? `You are talking to ${and(bridged_with)}` : `In a call with ${other}`;
}
