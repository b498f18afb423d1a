// The page of phones: takes each state of the exchange and hands it to the phones, the bell and the voice.

import { choose, chosen, connectCallers } from "./callers.js";
import { Phone } from "./phone.js";
import { ring } from "./ringer.js";
import { connectSwitch } from "./sound.js";
import { watch } from "./state.js";
import { follow } from "./voice.js";
import { spaced } from "./wording.js";

const at = (id) => document.getElementById(id);
const phones = new Map();
let behind = 0; // how far our clock is behind the exchange's, in milliseconds

function tell(state) {
  behind = Date.parse(state.now) - Date.now();
  at("line-number").textContent = spaced(state.number);
  at("staff").hidden = !state.staff_url;
  if (state.staff_url) at("staff").href = state.staff_url;
  const customers = state.phones.filter((phone) => phone.role === "customer");
  const technicians = state.phones.filter((phone) => phone.role === "technician");
  for (const phone of state.phones) place(phone, state.number);
  forget(state.phones);
  showCustomer(chosen(customers));
  at("nobody").hidden = technicians.length > 0;
  ring(state.phones);
  follow(state.phones);
  pointTo(state.phones.filter((phone) => phone.state === "ringing"));
}

function place(state, line) {
  if (!phones.has(state.number)) {
    const phone = new Phone(state, line);
    phones.set(state.number, phone);
    at(`${state.role}-phone${state.role === "customer" ? "" : "s"}`).append(phone.element);
  }
  phones.get(state.number).update(state);
}

function forget(states) {
  const known = new Set(states.map((phone) => phone.number));
  for (const [number, phone] of phones) {
    if (known.has(number)) continue;
    phone.element.remove();
    phones.delete(number);
  }
}

function showCustomer(number) {
  for (const phone of phones.values()) {
    if (phone.element.dataset.role === "customer") phone.element.hidden = phone.number !== number;
  }
}

// One button for each phone that rings, to go there; the style shows it where the phone is out of
// sight, and the keyboard finds it anyway.
function pointTo(ringing) {
  const bar = at("ringing");
  const wanted = new Map(ringing.map((phone) => [phone.number, phone]));
  for (const button of [...bar.children]) {
    if (!wanted.delete(button.dataset.number)) button.remove();
  }
  for (const phone of wanted.values()) bar.append(pointer(phone));
  stepAside();
}

function stepAside() {
  for (const button of at("ringing").children) {
    button.classList.toggle("aside", inSight(phones.get(button.dataset.number).part("answer")));
  }
}

function inSight(element) {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && top >= 0 && bottom <= innerHeight;
}

function pointer({ number, name, role }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.dataset.number = number;
  button.textContent = `☎ ${name}`;
  button.setAttribute("aria-label", `${name}’s phone rings: go there`);
  button.addEventListener("click", () => {
    if (role === "customer") choose(number);
    const phone = phones.get(number);
    phone.part("answer").scrollIntoView({ block: "center" });
    phone.part("answer").focus();
  });
  return button;
}

function answers(well) {
  const text = well ? "" : "The exchange does not answer. These phones are dead until it does.";
  at("trouble").hidden = well;
  if (!well) ring([]);
  if (at("trouble").textContent !== text) at("trouble").textContent = text;
}

setInterval(() => {
  for (const phone of phones.values()) phone.showTime(Date.now() + behind);
  stepAside();
}, 500);

setInterval(() => {
  for (const phone of phones.values()) phone.holdTheLine();
}, 1000);

connectSwitch(at("sound"));
connectCallers(showCustomer);
watch(tell, answers);
