// Shows whom somebody may mean while they type. Without this script there is a button for it.
const PAUSE = 250; // milliseconds without a key
const PATIENCE = 8000;

const field = document.querySelector("[data-find]");
const found = document.querySelector("#found");
const button = field.parentElement.querySelector("button");
let timer = 0;
let asking = new AbortController();

async function find() {
  clearTimeout(timer);
  asking.abort();
  asking = new AbortController();
  const body = new FormData();
  for (const name of ["token", "whom"]) body.append(name, field.form.elements[name].value);
  const signal = AbortSignal.any([asking.signal, AbortSignal.timeout(PATIENCE)]);
  try {
    const answer = await fetch(field.dataset.find, { method: "POST", body, signal });
    if (!answer.ok) throw new Error(answer.statusText);
    found.innerHTML = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") button.type = "submit"; // the page says what is wrong
  }
}

button.type = "button";
button.addEventListener("click", () => {
  if (button.type === "button") find();
});
field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(find, PAUSE);
});
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  find();
});
if (field.value && !found.children.length) find(); // typed before this was here
