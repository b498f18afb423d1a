// Bells, ringback and key tones by WebAudio, and a title that flashes while a phone rings.
// Tones and cadence are North American: ringback 440 + 480 Hz, keys as ITU-T Q.23 pairs.

import { output } from "./sound.js";

const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477];
const keys = "123456789*0#";
const title = document.title;

let ringing = [];
let dialling = false;

export function ring(phones) {
  const names = phones.filter((phone) => phone.state === "ringing").map((phone) => phone.name);
  const began = names.length > ringing.length;
  const beganDialling = !dialling && phones.some((phone) => phone.state === "dialling");
  ringing = names;
  dialling = phones.some((phone) => phone.state === "dialling");
  if (began) bell();
  else if (beganDialling) ringback();
  if (!ringing.length) document.title = title;
}

export function keyTone(key) {
  const at = keys.indexOf(key);
  tone([rows[Math.floor(at / 3)], columns[at % 3]], 0.16, 0.06);
}

function bell() {
  for (let stroke = 0; stroke < 12; stroke += 1) {
    tone([stroke % 2 ? 1050 : 880], 0.09, 0.09, stroke * 0.09);
  }
}

function ringback() {
  tone([440, 480], 1.6, 0.03);
}

function tone(pitches, seconds, loudness, after = 0) {
  const audio = output();
  if (!audio) return;
  const from = audio.currentTime + after;
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setTargetAtTime(loudness, from, 0.008);
  volume.gain.setTargetAtTime(0, from + seconds, 0.02);
  volume.connect(audio.destination);
  for (const frequency of pitches) {
    const pitch = new OscillatorNode(audio, { frequency });
    pitch.connect(volume);
    pitch.start(from);
    pitch.stop(from + seconds + 0.2);
  }
}

setInterval(() => {
  if (ringing.length) bell();
  else if (dialling) ringback();
}, 3000);

setInterval(() => {
  if (!ringing.length) return;
  const call = `☎ ${ringing.join(", ")} – ringing`;
  document.title = document.title === call ? title : call;
}, 900);
