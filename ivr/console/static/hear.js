// Says a sentence aloud by the browser's own voice, in the language of its button.

const speech = window.speechSynthesis;

for (const button of speech ? document.querySelectorAll("[data-hear]") : []) {
  button.hidden = false;
  button.addEventListener("click", () => {
    speech.cancel();
    const utterance = new SpeechSynthesisUtterance(button.dataset.hear);
    utterance.lang = button.lang;
    utterance.voice = speech.getVoices().find((one) => one.lang === button.lang)
      ?? speech.getVoices().find((one) => one.lang.startsWith(button.lang.slice(0, 2))) ?? null;
    speech.speak(utterance);
  });
}
