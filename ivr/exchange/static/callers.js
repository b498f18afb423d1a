// Who is calling: the customer's side of the page shows one phone of those in the address book,
// or of any number that somebody types. Nothing is taken away from somebody who is using it.

import { ask } from "./state.js";
import { dialable, spaced } from "./wording.js";

const select = document.querySelector("#caller");
const stranger = document.querySelector("#stranger");
const problem = document.querySelector("#stranger-problem");
const side = document.querySelector(".customer");

let customers = [];
let awaited = "";
let changed = () => {};

// Calls `show` with the number of the phone to be seen whenever somebody chooses another.
export function connectCallers(show) {
  changed = show;
  select.addEventListener("change", () => changed(select.value));
  stranger.addEventListener("submit", add);
  stranger.querySelector("button").disabled = false;
}

// The number of the phone to be shown.
export function chosen(phones) {
  customers = phones;
  for (const phone of phones) offer(phone);
  for (const option of [...select.options]) {
    if (!phones.some((phone) => phone.number === option.value)) option.remove();
  }
  if (phones.some((phone) => phone.number === awaited)) choose(awaited);
  else giveWay();
  return select.value;
}

export function choose(number) {
  awaited = "";
  select.value = number;
  changed(number);
}

function offer({ number, name, state }) {
  const known = [...select.options].find((option) => option.value === number);
  const busy = { ringing: " – ringing", dialling: " – calling", "in-call": " – in a call" }[state] ?? "";
  const label = `${name}, ${spaced(number)}${busy}`;
  const option = known ?? new Option("", number);
  if (option.text !== label) option.text = label;
  if (!known) select.add(option);
}

// A call for another customer comes to the fore when nobody is at the one that is shown.
function giveWay() {
  const shown = customers.find((phone) => phone.number === select.value);
  const busy = customers.find((phone) => phone.state !== "idle");
  const free = !side.contains(document.activeElement);
  if (busy && shown?.state === "idle" && free) choose(busy.number);
}

async function add(event) {
  event.preventDefault();
  const typed = stranger.elements["stranger-number"];
  const was = typed.value;
  const number = dialable(was);
  problem.textContent = await ask("phones", { number, name: "Unknown caller" });
  if (problem.textContent) return;
  awaited = number;
  if (typed.value !== was) return; // the next one is being typed
  stranger.reset();
  stranger.closest("details").open = false;
  select.focus();
}
