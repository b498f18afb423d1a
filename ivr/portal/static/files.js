// Sends each chosen or dropped file at once, with its progress; the form then carries its signed
// word. Without this script the files go with the form.
function ready(box) {
  const input = box.querySelector("input[type=file]");
  const drop = box.querySelector(".drop");
  const list = box.querySelector(".kept");
  const said = box.querySelector("[data-said]");
  const { url, token, most } = box.dataset;
  const fill = (words, name) => words.replace("{name}", name);
  const waiting = new Set();

  const early = input.files; // chosen before this was here
  input.removeAttribute("name");
  drop.hidden = false;
  box.classList.add("ready");
  drop.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"])
    box.addEventListener(name, (event) => {
      event.preventDefault();
      box.classList.add("over");
    });
  for (const name of ["dragleave", "drop"]) box.addEventListener(name, () => box.classList.remove("over"));
  // One that misses the box is taken too: the browser would show it in place of what is written.
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  box.closest("form").addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) {
      event.preventDefault();
      take(event.clipboardData.files);
    }
  });
  if (early.length) {
    take(early);
    input.value = "";
  }

  function take(files) {
    for (const file of files) {
      if (list.children.length >= Number(most)) {
        said.textContent = box.dataset.many;
        line(file.name).wrong(box.dataset.many);
        break;
      }
      send(file, line(file.name));
    }
  }

  // One line of the list: what is sent, how far it is, and a button to take it away.
  function line(name) {
    const item = document.createElement("li");
    const words = Object.assign(document.createElement("span"), { textContent: name });
    const button = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: "×" });
    button.setAttribute("aria-label", fill(box.dataset.remove, name));
    const progress = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    progress.setAttribute("aria-label", fill(box.dataset.sending, name));
    item.append(words, button, progress);
    list.append(item);
    button.addEventListener("click", () => {
      item.dispatchEvent(new Event("gone"));
      item.remove();
      input.focus();
    });
    return {
      item,
      progress,
      done(answer) {
        progress.remove();
        words.textContent = `${answer.name} (${answer.size})`;
        item.append(Object.assign(document.createElement("input"), { type: "hidden", name: "kept", value: answer.kept }));
        said.textContent = fill(box.dataset.sent, answer.name);
      },
      wrong(told) {
        progress.remove();
        words.textContent = told;
        words.className = "wrong";
        said.textContent = told;
      },
    };
  }

  function send(file, shown) {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("token", token);
    body.append("file", file);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) shown.progress.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      if (request.status === 200 && request.response) shown.done(request.response);
      else shown.wrong(request.response?.told ?? fill(box.dataset.broken, file.name));
    });
    request.addEventListener("error", () => shown.wrong(fill(box.dataset.broken, file.name)));
    request.addEventListener("loadend", () => {
      waiting.delete(request);
      hold();
    });
    shown.item.addEventListener("gone", () => request.abort());
    waiting.add(request);
    hold();
    request.open("POST", url);
    request.send(body);
  }

  // The form waits for its files.
  function hold() {
    for (const button of box.closest("form").querySelectorAll("button:not([type])")) button.disabled = waiting.size > 0;
  }
}

for (const box of document.querySelectorAll("[data-files]")) ready(box);
