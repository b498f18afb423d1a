// The microphone: records until told to stop and gives a WAV file (16 bit, one channel, 8 kHz,
// what a telephone carries), because that is what a recording of a call is.

const RATE = 8000;

export function microphoneExists() {
  return Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
}

// Resolves to a function that stops, lets the microphone go, and resolves to the WAV.
export async function record() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream);
  const parts = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  recorder.start();
  return async () => {
    const stopped = new Promise((resume) => recorder.addEventListener("stop", resume));
    recorder.stop();
    await stopped;
    for (const track of stream.getTracks()) track.stop();
    return wav(await samples(new Blob(parts)));
  };
}

async function samples(blob) {
  const decoder = new OfflineAudioContext(1, 1, RATE); // decoding resamples to the context's rate
  const sound = await decoder.decodeAudioData(await blob.arrayBuffer());
  return sound.getChannelData(0);
}

function wav(sound) {
  const view = new DataView(new ArrayBuffer(44 + 2 * sound.length));
  const word = (at, letters) => [...letters].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  word(0, "RIFF");
  view.setUint32(4, 36 + 2 * sound.length, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true); // size of the format
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true); // bytes a second
  view.setUint16(32, 2, true); // bytes a frame
  view.setUint16(34, 16, true); // bits a sample
  word(36, "data");
  view.setUint32(40, 2 * sound.length, true);
  sound.forEach((level, i) => view.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, level)) * 32767, true));
  return new Blob([view], { type: "audio/wav" });
}
