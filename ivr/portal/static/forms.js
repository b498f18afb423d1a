// A form that is under way is not sent twice.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => {
      for (const button of form.querySelectorAll("button")) button.disabled = true;
    });
  });
}
// Back from the next page, it may be sent again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
