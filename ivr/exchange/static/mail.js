// What the page of mailboxes cannot do without a script: show mail as it comes, give a mail's frame
// its height, and stop a letter that is sent twice or is too large.

const EVERY = 1000;
const LIMIT = 5000;
const LISTS = ["people", "letters"];

const at = (id) => document.getElementById(id);
const links = () => [...document.querySelectorAll("#letters .letters a")];
let tag = "";

async function watch() {
  for (let misses = 0; ; ) {
    try {
      await look();
      misses = 0;
    } catch {
      misses += 1;
      tag = "";
    }
    if (misses !== 1) answers(misses === 0);
    await new Promise((resume) => setTimeout(resume, EVERY));
  }
}

async function look() {
  const headers = tag ? { "If-None-Match": tag } : {};
  const signal = AbortSignal.timeout(LIMIT);
  const answer = await fetch(document.body.dataset.news, { headers, cache: "no-store", signal });
  if (answer.status === 304) return;
  if (!answer.ok) throw new Error(`The exchange answered ${answer.status}`);
  tag = answer.headers.get("ETag") ?? "";
  tell(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

function tell(fresh) {
  const before = new Set(links().map((link) => link.href));
  for (const id of LISTS) if (at(id)) replace(at(id), fresh.getElementById(id));
  const come = links().filter((link) => !before.has(link.href) && link.classList.contains("unread"));
  if (come.length) at("news").textContent = `New mail: ${come.map((link) => link.dataset.subject).join(", ")}`;
}

// The list is as the server says, but for what is open here, and the focus.
function replace(list, fresh) {
  const focused = list.contains(document.activeElement) ? document.activeElement.href : "";
  const scrolled = list.scrollTop;
  list.replaceChildren(...fresh.childNodes);
  list.scrollTop = scrolled;
  for (const link of list.querySelectorAll("a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "true");
    if (link.href === focused) link.focus({ preventScroll: true });
  }
}

function answers(well) {
  const text = well ? "" : "The exchange does not answer. No mail comes or goes until it does.";
  at("silence").hidden = well;
  if (at("silence").textContent !== text) at("silence").textContent = text;
}

// A frame is as high as the mail in it.
for (const frame of document.querySelectorAll("iframe")) {
  const fit = () => {
    frame.style.height = "0";
    frame.style.height = `${frame.contentDocument.documentElement.scrollHeight}px`;
  };
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
  if (frame.contentDocument.readyState === "complete") fit();
}

for (const form of document.querySelectorAll("form[method=post]")) {
  const button = form.querySelector(".send");
  form.addEventListener("submit", (event) => {
    const size = [...form.elements.files.files].reduce((sum, file) => sum + file.size, 0);
    if (size < Number(form.dataset.largest)) return setTimeout(() => (button.disabled = true));
    event.preventDefault();
    at("problem").textContent = "The files are too large. Choose smaller ones.";
  });
  addEventListener("pageshow", () => (button.disabled = false));
}

watch();
