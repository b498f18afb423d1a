// Says aloud what phones hear, by the browser's own speech, in the language of each line.
// One voice at a time for the whole page; a key pressed on a phone cuts short what it hears.

import { soundIsOn, whenSoundChanges } from "./sound.js";

const speech = window.speechSynthesis;
const longest = 12; // sentences kept waiting: what is older than that is history
const last = new Map(); // number of a phone -> id of its newest line
let waiting = [];
let saying = null;

export function follow(phones) {
  for (const phone of phones) {
    const newest = phone.lines.at(-1)?.id ?? 0;
    const known = last.get(phone.number) ?? newest;
    last.set(phone.number, newest);
    for (const line of phone.lines) {
      if (line.id > known && line.kind === "heard") say(phone.number, line);
    }
  }
}

export function hush(number) {
  waiting = waiting.filter((sentence) => sentence.number !== number);
  if (saying?.number === number) speech.cancel();
}

function say(number, { text, language }) {
  if (!speech || !soundIsOn()) return;
  // Chromium stops a voice after about 15 seconds: sentences stay well below.
  for (const words of text.match(/[^.!?…]+[.!?…]*\s*/g) ?? [text]) {
    waiting.push({ number, words, language });
  }
  waiting = waiting.slice(-longest);
  next();
}

function next() {
  if (saying || !waiting.length) return;
  const sentence = waiting.shift();
  const utterance = new SpeechSynthesisUtterance(sentence.words);
  utterance.lang = sentence.language || "en-CA";
  utterance.voice = voiceFor(utterance.lang);
  const done = () => {
    if (saying !== sentence) return;
    clearTimeout(sentence.limit);
    saying = null;
    next();
  };
  utterance.addEventListener("end", done);
  utterance.addEventListener("error", done);
  saying = sentence;
  // Without any voice installed the browser never says that it is done.
  sentence.limit = setTimeout(() => { speech.cancel(); done(); }, 4000 + 150 * sentence.words.length);
  speech.speak(utterance);
}

// A voice of this computer before one over the network; the country before the language alone.
function voiceFor(language) {
  const tongue = language.slice(0, 2).toLowerCase();
  const fits = (voice) => voice.lang.toLowerCase().startsWith(tongue);
  const exact = (voice) => voice.lang.replace("_", "-").toLowerCase() === language.toLowerCase();
  const rank = (voice) => 2 * Number(voice.localService) + Number(exact(voice));
  return speech.getVoices().filter(fits).sort((a, b) => rank(b) - rank(a))[0] ?? null;
}

whenSoundChanges((on) => {
  if (on || !speech) return;
  waiting = [];
  speech.cancel();
});
