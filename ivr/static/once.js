// A form that is under way is not sent twice. After a while it may be: it was stopped, or the line was
// lost, or what came was a file.
const MAY_BE_SENT_AFTER = 20000;
const underWay = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (underWay.has(form)) {
    event.preventDefault();
    return;
  }
  underWay.add(form);
  const buttons = [...form.elements].filter((one) => one.type === "submit" && !one.disabled);
  const able = (can) => buttons.forEach((one) => (one.disabled = !can));
  setTimeout(() => able(false)); // the one that was pressed is sent with the form
  setTimeout(() => {
    underWay.delete(form);
    able(true);
  }, MAY_BE_SENT_AFTER);
});

// Back from the next page, it may be sent again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
