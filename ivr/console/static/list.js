// A list by keyboard: j and k go along the links that have data-go, Enter opens (it is a link),
// / goes to the search, ? shows the keys. Esc closes them, or leaves a field.
const keys = document.querySelector("#keys");
const search = document.querySelector("[data-search]");

function along(step) {
  const links = [...document.querySelectorAll("[data-go]")].filter((one) => one.checkVisibility());
  const at = links.findIndex((one) => one.closest("tr, li, nav").contains(document.activeElement));
  const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const ACTS = {
  j: () => along(1),
  k: () => along(-1),
  "/": () => search?.select(),
  "?": () => keys?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, dialog")) {
    if (event.key === "Escape" && !keys?.open) event.target.blur();
    return;
  }
  if (!(event.key in ACTS)) return;
  event.preventDefault();
  ACTS[event.key]();
});

document.querySelector("#show-keys")?.addEventListener("click", () => keys.showModal());

// On a narrow screen the view that is shown may be far along its row.
document.querySelector(".views [aria-current]")?.scrollIntoView({ block: "nearest" });
