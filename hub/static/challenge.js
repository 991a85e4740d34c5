// Does the work that a form asks for: finds the number whose SHA-256 the hub told. Without this file one waits instead.
// The same file is the worker. It brings its own SHA-256, as browsers offer theirs over https only.

const K = new Int32Array(64);
const START = new Int32Array(8);

function fillConstants() {
  const fraction = (value) => ((value - Math.floor(value)) * 2 ** 32) | 0;
  for (let candidate = 2, found = 0; found < 64; candidate++) {
    let prime = true;
    for (let factor = 2; factor * factor <= candidate; factor++) if (candidate % factor === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(candidate));
    K[found++] = fraction(Math.cbrt(candidate));
  }
}

const schedule = new Int32Array(64);

function compress(state, bytes, offset) {
  for (let i = 0; i < 16; i++) {
    const at = offset + i * 4;
    schedule[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const x = schedule[i - 15], y = schedule[i - 2];
    const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    schedule[i] = (schedule[i - 16] + low + schedule[i - 7] + high) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + schedule[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] = (state[0] + a) | 0; state[1] = (state[1] + b) | 0; state[2] = (state[2] + c) | 0; state[3] = (state[3] + d) | 0;
  state[4] = (state[4] + e) | 0; state[5] = (state[5] + f) | 0; state[6] = (state[6] + g) | 0; state[7] = (state[7] + h) | 0;
}

// The digest of salt and number; the blocks that hold nothing but salt are hashed once.
function makeDigest(salt) {
  const head = new TextEncoder().encode(salt);
  const whole = head.length - (head.length % 64);
  const before = START.slice();
  for (let at = 0; at < whole; at += 64) compress(before, head, at);
  const tail = new Uint8Array(128);
  const state = new Int32Array(8);
  return (number) => {
    const digits = String(number);
    let length = head.length - whole;
    tail.fill(0);
    tail.set(head.subarray(whole));
    for (let i = 0; i < digits.length; i++) tail[length++] = digits.charCodeAt(i);
    tail[length] = 0x80;
    const size = length + 9 > 64 ? 128 : 64;
    new DataView(tail.buffer).setUint32(size - 4, (whole + length) * 8);
    state.set(before);
    for (let at = 0; at < size; at += 64) compress(state, tail, at);
    return state;
  };
}

// Steps through the numbers: each call tries some, and gives the number found, null for none, or undefined to go on.
function makeSearch({ salt, challenge, maxNumber }) {
  fillConstants();
  const wanted = new Int32Array(8);
  for (let i = 0; i < 8; i++) wanted[i] = parseInt(challenge.slice(i * 8, i * 8 + 8), 16) | 0;
  const digest = makeDigest(salt);
  let next = 0;
  return (tries) => {
    for (const end = Math.min(next + tries, maxNumber + 1); next < end; next++) {
      const found = digest(next);
      if (found[0] === wanted[0] && found.every((word, i) => word === wanted[i])) return next;
    }
    return next > maxNumber ? null : undefined;
  };
}

function solveHere(riddle) {
  const search = makeSearch(riddle);
  return new Promise((resolve) => {
    const step = () => {
      const found = search(20000); // about as long as a page may stand still
      if (found === undefined) setTimeout(step);
      else resolve(found);
    };
    step();
  });
}

function solve(riddle) {
  return new Promise((resolve) => {
    try {
      const worker = new Worker(import.meta.url, { type: "module" });
      worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
      worker.onerror = (event) => { event.preventDefault(); worker.terminate(); resolve(solveHere(riddle)); };
      worker.postMessage(riddle);
    } catch {
      resolve(solveHere(riddle)); // a browser without workers made of modules
    }
  });
}

function attach(box) {
  const { form } = box.querySelector("input[name=challenge_solution]");
  const solution = form.elements.challenge_solution;
  const waiting = box.querySelector("[data-challenge-waiting]");
  const state = box.querySelector("[role=status]");
  const texts = box.dataset;
  let begun = false;
  let sending = null;

  async function begin() {
    if (begun) return;
    begun = true;
    state.textContent = texts.working;
    const riddle = JSON.parse(texts.challenge);
    const number = await solve(riddle);
    if (number === null) return giveUp();
    const { algorithm, challenge, salt, signature } = riddle;
    solution.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
    state.textContent = texts.done;
    box.dataset.state = "done";
    if (sending || "continues" in texts) form.requestSubmit(sending || undefined);
  }

  function giveUp() {
    waiting.hidden = false;
    state.textContent = texts.failed;
    sending = null;
  }

  waiting.hidden = true;
  state.hidden = false;
  // Sent before the work is done: it goes by itself, a moment later.
  form.addEventListener("submit", (event) => {
    if (solution.value || !waiting.hidden) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    sending = event.submitter || form.querySelector("button[type=submit]");
    state.textContent = texts.soon;
    begin();
  }, { capture: true });
  // Coming back with the browser's button finds a solution that was used: the page asks for a new one.
  addEventListener("pageshow", (event) => { if (event.persisted && solution.value) location.reload(); });
  if ("now" in texts) begin();
  else form.addEventListener("focusin", begin, { once: true });
}

if (typeof document === "undefined") {
  onmessage = ({ data }) => postMessage(makeSearch(data)(Infinity));
} else {
  for (const box of document.querySelectorAll("[data-challenge]")) attach(box);
}
