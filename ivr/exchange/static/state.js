// What the exchange says of its phones, asked again and again, and what we ask it to do.
// A state that did not change costs one 304; every request has a limit.

const EVERY = 400;
const LIMIT = 5000;

let tag = "";
let hurry = () => {};

export async function watch(tell, answers) {
  for (let misses = 0; ; ) {
    let state = null;
    try {
      state = await look();
      misses = 0;
    } catch {
      misses += 1;
      tag = "";
    }
    if (misses !== 1) answers(misses === 0);
    if (state) tell(state);
    await new Promise((resume) => {
      hurry = resume;
      setTimeout(resume, EVERY);
    });
  }
}

async function look() {
  const headers = tag ? { "If-None-Match": tag } : {};
  const answer = await fetch("phones/state", { headers, cache: "no-store", signal: limit() });
  if (answer.status === 304) return null;
  if (!answer.ok) throw new Error(`The exchange answered ${answer.status}`);
  tag = answer.headers.get("ETag") ?? "";
  return answer.json();
}

// Resolves to what is wrong, in one line; "" when it was done.
export async function ask(path, body = {}) {
  const wav = body instanceof Blob;
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: {
        "X-Requested-With": "phones",
        "Content-Type": wav ? "audio/wav" : "application/json",
      },
      body: wav ? body : JSON.stringify(body),
      signal: limit(),
    });
    hurry();
    return answer.ok ? "" : await complaint(answer);
  } catch {
    return "The exchange does not answer.";
  }
}

async function complaint(answer) {
  const said = await answer.json().catch(() => ({}));
  return said.error ?? `The exchange refused (${answer.status}).`;
}

function limit() {
  return AbortSignal.timeout(LIMIT);
}
