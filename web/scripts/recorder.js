// Recorder: microphone or file -> our own route -> "check". The recording itself stays in this page, which alone
// plays it back; the server gets a copy under an id and deletes it after the check.
import { faultOf, isQuiet, lightBars } from "./meter.js";
import { obstacle, openMicrophone, startRecording, troubleOf } from "./microphone.js";
import { LOOK_EVERY_MS, placeFacts, placeOf } from "./place.js";
import { decode, keepClip, pcmOf, play, stop as stopSound } from "./sound.js";
import { setText, textBox } from "./shelf.js";
import { number, onLanguage, say } from "./strings.js";
import { clearVault, lockAway, takeBack } from "./vault.js";

const TEST_FOR_S = 15;
const ANSWER_WITHIN_MS = 60000;
const BUSY = ["asking", "sending", "checking"];

export function connectRecorder({ element, trigger, watch }) {
  const state = { phase: "idle", note: ["recorder.hint", {}], clip: null, attempt: 0, isFresh: true, retried: false, sentBytes: 0, seconds: 0 };
  let session = null;
  let patience = 0;

  const root = () => element.querySelector(".lf-recorder");
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  const act = (name) => element.querySelector(`[data-act=${name}]`);

  // Everything that changes while the page is open is painted here, so that a new language only repaints.
  function paint() {
    const { phase, clip } = state;
    root().dataset.phase = phase;
    part("record-label").textContent = say(phase === "recording" ? "recorder.stop" : state.isFresh ? "recorder.record" : "recorder.again");
    part("check-label").textContent = say(phase === "checking" ? "recorder.checking" : "recorder.check");
    part("test-label").textContent = say(phase === "testing" ? "recorder.test_end" : "recorder.test");
    act("check").hidden = !clip;
    act("check").setAttribute("aria-disabled", String(phase !== "ready"));
    act("listen").hidden = !clip;
    act("test").hidden = Boolean(clip) || !["idle", "testing"].includes(phase);
    part("file").disabled = !["idle", "ready"].includes(phase);
    const seconds = Math.floor(phase === "recording" ? state.seconds : state.isFresh ? 0 : (clip?.seconds ?? 0));
    part("clock").textContent = `0:${String(seconds).padStart(2, "0")}`;
    const [key, facts] = state.note;
    if (part("note").textContent !== say(key, facts)) part("note").textContent = say(key, facts);
    part("sent").textContent = state.sentBytes ? say("recorder.sent", { megabytes: number(state.sentBytes / 1e6, 2) }) : "";
    document.body.classList.toggle("lf-recording", phase === "recording");
  }

  function become(phase, key, facts = {}) {
    state.phase = phase;
    if (key) state.note = [key, facts];
    paint();
  }

  const rest = () => (state.clip ? "ready" : "idle");

  async function listenIn(phase) {
    const reason = obstacle();
    if (reason) return become(rest(), reason);
    stopSound();
    become("asking", "recorder.asking");
    try {
      const microphone = await openMicrophone(() => (state.phase === "testing" ? endTest() : stopRecording()));
      session = { microphone, peak: 0, recording: phase === "recording" ? startRecording(microphone) : null, startedMs: performance.now() };
      become(phase, phase === "testing" ? "recorder.testing" : microphone.isFiltered ? "recorder.filtered" : "recorder.recording");
      requestAnimationFrame(() => meter(session));
    } catch (error) {
      become(rest(), troubleOf(error));
    }
    return null;
  }

  function meter(opened) {
    if (!opened || session !== opened) return;
    const peak = opened.microphone.peak();
    opened.peak = Math.max(opened.peak, peak);
    state.seconds = (performance.now() - opened.startedMs) / 1000;
    lightBars(element.querySelectorAll(".lf-meter i"), peak);
    state.note = [noteOn(opened), {}];
    paint();
    if (state.phase === "testing" && state.seconds >= TEST_FOR_S) endTest();
    if (state.phase === "recording" && state.seconds >= Number(root().dataset.limitS)) stopRecording();
    requestAnimationFrame(() => meter(opened));
  }

  function noteOn({ peak, microphone }) {
    const fault = faultOf({ peak, seconds: state.seconds, isFiltered: microphone.isFiltered });
    if (fault) return fault;
    if (state.phase === "testing") return isQuiet(peak) ? "recorder.testing" : "recorder.test_good";
    return "recorder.recording";
  }

  function close() {
    const closed = session;
    session = null;
    closed?.microphone.close();
    element.querySelectorAll(".lf-meter i").forEach((bar) => bar.classList.remove("lf-lit"));
    return closed;
  }

  function endTest() {
    close();
    become(rest(), "recorder.hint");
  }

  async function stopRecording() {
    if (!session?.recording) return;
    performance.mark("lafal:stop");
    const ended = session.recording.stop();
    become("sending", "recorder.sending");
    const { blob, seconds } = await ended;
    close();
    await adopt(blob, seconds);
  }

  // A recording or a file becomes the clip of the page, travels to the server, and is checked at once.
  async function adopt(blob, seconds) {
    const clip = keepClip(blob, seconds);
    Object.assign(state, { clip, isFresh: false });
    await lockAway(clip, textBox().value);
    if (!seconds) {
      // A file says nothing about its length; one that this browser cannot decode may still be fine for the server.
      clip.pcm = await decode(blob).catch(() => null);
      clip.seconds = clip.pcm?.duration ?? 0;
    }
    if (await send(clip)) check();
  }

  async function send(clip) {
    if (clip.blob.size > Number(root().dataset.limitBytes)) {
      become("ready", "recorder.too_large", { megabytes: number(clip.blob.size / 1e6, 1) });
      return false;
    }
    become("sending", "recorder.sending");
    try {
      const headers = { "Content-Type": clip.blob.type || "application/octet-stream" };
      const answer = await fetch("/api/v1/recordings", { method: "POST", body: clip.blob, headers });
      const body = await answer.json();
      if (!answer.ok) {
        become("ready", "recorder.refused", { message: `${body.message} ${body.remedy}` });
        return false;
      }
      clip.remote = body.id;
      state.sentBytes += clip.blob.size;
      become("ready");
      return true;
    } catch {
      become("ready", "recorder.not_sent");
      window.addEventListener("online", () => state.clip === clip && state.note[0] === "recorder.not_sent" && check(), { once: true });
      return false;
    }
  }

  async function check() {
    if (state.phase !== "ready") return;
    const clip = state.clip;
    become("checking", "recorder.listening");
    document.dispatchEvent(new CustomEvent("lafal:checking"));
    if (!clip.remote && !(await send(clip))) {
      document.dispatchEvent(new CustomEvent("lafal:checked", { detail: { attempt: -1, ok: false } }));
      return;
    }
    become("checking", "recorder.listening");
    state.attempt += 1;
    trigger("check", { recording: clip.remote, clip: clip.key, attempt: state.attempt });
    clearTimeout(patience);
    patience = setTimeout(() => settle({ attempt: state.attempt, ok: false, code: "no_answer" }), ANSWER_WITHIN_MS);
    setTimeout(() => tellPlace(state.attempt), LOOK_EVERY_MS);
  }

  // Says how many readings are before this one, as long as there are any.
  async function tellPlace(attempt) {
    if (state.phase !== "checking" || attempt !== state.attempt) return null;
    const place = await placeOf(state.clip.remote);
    if (state.phase !== "checking" || attempt !== state.attempt) return null;
    if (!place) return settle({ attempt, ok: false, code: "no_answer" });
    if (place.before) become("checking", "recorder.waiting", placeFacts(place));
    else become("checking", "recorder.listening");
    return setTimeout(() => tellPlace(attempt), LOOK_EVERY_MS);
  }

  function settle({ attempt, ok, code }) {
    if (state.phase !== "checking" || (attempt !== 0 && attempt !== state.attempt)) return;
    clearTimeout(patience);
    const { clip } = state;
    if (code !== "no_answer") clearVault();
    // The server deletes what it has judged; the next check sends it again from here.
    if (ok || code === "recording_gone") clip.remote = null;
    const again = code === "recording_gone" && !state.retried;
    state.retried = again;
    const size = { seconds: number(clip.seconds, 1), megabytes: number(clip.blob.size / 1e6, 2) };
    become("ready", ok ? "recorder.checked" : code === "no_answer" ? "recorder.no_answer" : "recorder.kept", size);
    if (code === "no_answer") document.dispatchEvent(new CustomEvent("lafal:checked", { detail: { attempt: -1, ok: false } }));
    if (again) check();
  }

  async function hear(button) {
    try {
      await play(pcmOf(state.clip).then((pcm) => [{ pcm }]), { button });
    } catch {
      become(state.phase, "recorder.cannot_play");
    }
  }

  function record() {
    if (state.phase === "recording") stopRecording();
    else if (!BUSY.includes(state.phase)) {
      close();
      listenIn("recording");
    }
  }

  const acts = {
    record,
    check,
    listen: hear,
    test: () => (state.phase === "testing" ? endTest() : state.phase === "idle" && listenIn("testing")),
  };

  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) acts[button.dataset.act]?.(button);
  });
  element.addEventListener("change", (event) => {
    const [file] = event.target.files ?? [];
    if (file) adopt(file, 0);
    event.target.value = "";
  });
  document.addEventListener("lafal:checked", (event) => settle(event.detail));
  // The recording of the exercise before stays at hand, but what is said about it does not.
  document.addEventListener("lafal:exercise", () => {
    state.isFresh = true;
    become(state.phase, ["idle", "ready"].includes(state.phase) ? "recorder.hint" : null);
  });
  window.addEventListener("beforeunload", (event) => state.phase === "recording" && event.preventDefault());
  onLanguage(paint);
  watch("value", paint);
  paint();
  document.addEventListener("lafal:shelf", () => {
    const kept = takeBack();
    if (!kept) return;
    setText(kept.text);
    adopt(kept.blob, kept.seconds);
  }, { once: true });
}
