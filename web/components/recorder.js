// Recorder: microphone or file -> our own route -> "check". The recording itself stays in this page, which alone
// plays it back; the server gets a copy under an id and deletes it after the check.
const CONSTRAINTS = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
const FORMATS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_PER_S = 96000;
const QUIET_PEAK = 0.01;
const QUIET_AFTER_MS = 2500;
const ANSWER_WITHIN_MS = 60000;
const KEPT_CLIPS = 3;

const state = { phase: "idle", note: ["hint", {}], clip: null, attempt: 0, retried: false, seconds: 0 };
const clips = new Map();
let session = null;
let patience = 0;

const root = () => element.querySelector(".lf-recorder");
const part = (name) => element.querySelector(`[data-part=${name}]`);
const act = (name) => element.querySelector(`[data-act=${name}]`);

function say(key, facts = {}) {
  const text = JSON.parse(root().dataset.strings)[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}

function number(value, digits) {
  return value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

// Everything that changes while the page is open is painted here, so that a new language only repaints.
function paint() {
  const { phase, clip } = state;
  root().dataset.phase = phase;
  part("record-label").textContent = say(phase === "recording" ? "stop" : clip ? "again" : "record");
  part("check-label").textContent = say(phase === "checking" ? "checking" : "check");
  act("check").setAttribute("aria-disabled", String(phase !== "ready"));
  act("listen").hidden = !clip;
  part("file").disabled = phase === "recording" || phase === "checking";
  const seconds = Math.floor(phase === "recording" ? state.seconds : (clip?.seconds ?? 0));
  part("clock").textContent = `0:${String(seconds).padStart(2, "0")}`;
  const [key, facts] = state.note;
  const text = key === "ready" ? say(key, { seconds: number(facts.seconds, 1), megabytes: number(facts.megabytes, 2) }) : say(key, facts);
  if (part("note").textContent !== text) part("note").textContent = text;
}

function become(phase, note, facts = {}) {
  state.phase = phase;
  if (note) state.note = [note, facts];
  paint();
}

const troubleOf = (error) =>
  ({ NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "no_device", NotReadableError: "in_use" })[error.name] ?? "microphone_failed";

async function start() {
  if (!window.isSecureContext || !navigator.mediaDevices || !window.MediaRecorder) {
    become(state.clip ? "ready" : "idle", window.isSecureContext ? "no_recorder" : "insecure");
    return;
  }
  become("asking", "asking");
  try {
    session = openSession(await navigator.mediaDevices.getUserMedia({ audio: CONSTRAINTS }));
    become("recording", "recording");
  } catch (error) {
    become(state.clip ? "ready" : "idle", troubleOf(error));
  }
}

function openSession(stream) {
  const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_S });
  const audio = new AudioContext();
  const analyser = audio.createAnalyser();
  audio.createMediaStreamSource(stream).connect(analyser);
  const opened = { stream, recorder, audio, analyser, chunks: [], startedMs: performance.now(), peak: 0 };
  recorder.ondataavailable = (event) => opened.chunks.push(event.data);
  recorder.onstop = () => finish(opened);
  // A microphone pulled out half-way ends the recording, it does not lose it.
  stream.getAudioTracks()[0].onended = stop;
  recorder.start();
  requestAnimationFrame(() => meter(opened));
  return opened;
}

function meter(opened) {
  if (session !== opened) return;
  const samples = new Float32Array(opened.analyser.fftSize);
  opened.analyser.getFloatTimeDomainData(samples);
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  opened.peak = Math.max(opened.peak, peak);
  const elapsedMs = performance.now() - opened.startedMs;
  const bars = element.querySelectorAll(".lf-meter i");
  const lit = Math.max(0, 1 + Math.log10(peak + 1e-6) / 2.2) * bars.length;
  bars.forEach((bar, index) => bar.classList.toggle("lf-lit", index < lit));
  if (opened.peak < QUIET_PEAK && elapsedMs > QUIET_AFTER_MS) state.note = ["hear_nothing", {}];
  else if (state.note[0] === "hear_nothing") state.note = ["recording", {}];
  state.seconds = elapsedMs / 1000;
  paint();
  if (state.seconds >= Number(root().dataset.limitS)) stop();
  requestAnimationFrame(() => meter(opened));
}

function stop() {
  if (session?.recorder.state === "recording") session.recorder.stop();
}

async function finish(opened) {
  opened.stream.getTracks().forEach((track) => track.stop());
  opened.audio.close();
  session = null;
  element.querySelectorAll(".lf-meter i").forEach((bar) => bar.classList.remove("lf-lit"));
  const blob = new Blob(opened.chunks, { type: opened.recorder.mimeType });
  await adopt(blob, (performance.now() - opened.startedMs) / 1000);
}

// A recording or a file becomes the clip of the page, then travels to the server.
async function adopt(blob, seconds) {
  const clip = { key: crypto.randomUUID(), blob, seconds, remote: null, pcm: null };
  state.clip = clip;
  clips.set(clip.key, clip);
  for (const key of [...clips.keys()].slice(0, -KEPT_CLIPS)) clips.delete(key);
  if (!seconds) await measure(clip);
  await send(clip);
}

// A file says nothing about its length; one that this browser cannot decode may still be fine for the server.
async function measure(clip) {
  try {
    clip.pcm = await decode(clip.blob);
    clip.seconds = clip.pcm.duration;
  } catch {
    clip.seconds = 0;
  }
}

async function send(clip) {
  if (clip.blob.size > Number(root().dataset.limitBytes)) {
    become("idle", "too_large", { megabytes: number(clip.blob.size / 1e6, 1) });
    return false;
  }
  become("sending", "sending");
  try {
    const answer = await fetch("/api/v1/recordings", { method: "POST", body: clip.blob, headers: { "Content-Type": clip.blob.type || "application/octet-stream" } });
    const body = await answer.json();
    if (!answer.ok) {
      become("ready", "refused", { message: `${body.message} ${body.remedy}` });
      return false;
    }
    clip.remote = body.id;
    if (state.clip === clip) become("ready", clip.seconds ? "ready" : "ready_file", { seconds: clip.seconds, megabytes: clip.blob.size / 1e6 });
    return true;
  } catch {
    become("ready", "not_sent");
    return false;
  }
}

async function check() {
  if (state.phase !== "ready") {
    if (state.phase === "idle") become("idle", "record_first");
    return;
  }
  const clip = state.clip;
  become("checking", "listening");
  document.dispatchEvent(new CustomEvent("lafal:checking"));
  if (!clip.remote && !(await send(clip))) {
    document.dispatchEvent(new CustomEvent("lafal:checked", { detail: { attempt: -1, ok: false } }));
    return;
  }
  become("checking", "listening");
  state.attempt += 1;
  trigger("check", { recording: clip.remote, clip: clip.key, attempt: state.attempt });
  clearTimeout(patience);
  patience = setTimeout(() => settle({ attempt: state.attempt, ok: false, code: "no_answer" }), ANSWER_WITHIN_MS);
}

function settle({ attempt, ok, code }) {
  if (state.phase !== "checking" || (attempt !== 0 && attempt !== state.attempt)) return;
  clearTimeout(patience);
  // The server deletes what it has judged; the next check sends it again from here.
  if (ok || code === "recording_gone") state.clip.remote = null;
  const again = code === "recording_gone" && !state.retried;
  state.retried = again;
  become("ready", ok ? "checked" : code === "no_answer" ? "no_answer" : "kept");
  if (code === "no_answer") document.dispatchEvent(new CustomEvent("lafal:checked", { detail: { attempt: -1, ok: false } }));
  if (again) check();
}

async function play({ clip: key, start, end, rate, button }) {
  const clip = key ? clips.get(key) : state.clip;
  if (!clip) return;
  document.querySelectorAll("audio.lf-voice").forEach((old) => old.dispatchEvent(new Event("ended")));
  const voice = new Audio();
  voice.className = "lf-voice";
  try {
    clip.pcm ??= await decode(clip.blob);
  } catch {
    become(state.phase, "cannot_play");
    return;
  }
  const url = URL.createObjectURL(wav(clip.pcm, start ?? 0, end ?? clip.pcm.duration));
  voice.src = url;
  voice.preservesPitch = true;
  voice.playbackRate = rate ?? 1;
  voice.addEventListener("ended", () => {
    voice.pause();
    voice.remove();
    URL.revokeObjectURL(url);
    button?.classList.remove("lf-playing");
  }, { once: true });
  document.body.append(voice);
  button?.classList.add("lf-playing");
  await voice.play();
}

async function decode(blob) {
  const context = new OfflineAudioContext(1, 1, 16000);
  return context.decodeAudioData(await blob.arrayBuffer());
}

// Seconds [start, end) as a WAV: unlike a live recording it can be slowed down without changing the pitch.
function wav(pcm, start, end) {
  const from = Math.max(0, Math.floor(start * pcm.sampleRate));
  const samples = pcm.getChannelData(0).subarray(from, Math.min(pcm.length, Math.ceil(end * pcm.sampleRate)));
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const ascii = (offset, text) => [...text].forEach((letter, index) => view.setUint8(offset + index, letter.charCodeAt(0)));
  ascii(0, "RIFF"); ascii(8, "WAVEfmt "); ascii(36, "data");
  view.setUint32(4, 36 + samples.length * 2, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, pcm.sampleRate, true);
  view.setUint32(28, pcm.sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) => view.setInt16(44 + index * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new Blob([view], { type: "audio/wav" });
}

const ACTS = {
  record: () => (state.phase === "recording" ? stop() : ["asking", "sending", "checking"].includes(state.phase) || start()),
  check,
  listen: (button) => play({ button }),
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) ACTS[button.dataset.act](button);
});
element.addEventListener("change", (event) => {
  const [file] = event.target.files ?? [];
  if (file) adopt(file, 0);
  event.target.value = "";
});
document.addEventListener("lafal:checked", (event) => settle(event.detail));
document.addEventListener("lafal:play", (event) => play(event.detail));
watch("value", paint);
paint();
