// The recorder of the homework page: one microphone for whatever is to be said.
import { faultOf, lightBars } from "./meter.js";
import { obstacle, openMicrophone, startRecording, troubleOf } from "./microphone.js";
import { stop as stopSound } from "./sound.js";
import { say } from "./strings.js";

// `limitS` says how long the recording at hand may get; `onTake` gets {blob, seconds}, `onPhase` every change.
export function openStudio({ element, limitS, onTake, onPhase }) {
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  const bars = element.querySelectorAll(".lf-meter i");
  let phase = "idle";
  let session = null;

  function become(changed, note, facts = {}) {
    phase = element.dataset.phase = changed;
    part("record-label").textContent = phase === "recording" ? say("recorder.stop") : part("record-label").dataset.idle;
    document.body.classList.toggle("lf-recording", phase === "recording");
    tell(note, facts);
    onPhase(phase);
  }

  function tell(key, facts = {}) {
    if (part("note").textContent !== say(key, facts)) part("note").textContent = say(key, facts);
  }

  function clock(seconds) {
    const whole = Math.floor(seconds);
    part("clock").textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  async function begin() {
    const reason = obstacle();
    if (reason) return become("idle", reason);
    stopSound();
    become("asking", "recorder.asking");
    try {
      const microphone = await openMicrophone(end);
      session = { microphone, recording: startRecording(microphone), peak: 0 };
      become("recording", "homework.recording");
      requestAnimationFrame(() => listen(session));
    } catch (error) {
      become("idle", troubleOf(error));
    }
    return null;
  }

  function listen(opened) {
    if (!opened || session !== opened) return;
    const peak = opened.microphone.peak();
    const seconds = opened.recording.seconds();
    opened.peak = Math.max(opened.peak, peak);
    lightBars(bars, peak);
    clock(seconds);
    tell(faultOf({ peak: opened.peak, seconds, isFiltered: opened.microphone.isFiltered }) ?? "homework.recording");
    if (seconds >= limitS()) end();
    requestAnimationFrame(() => listen(opened));
  }

  async function end() {
    if (!session) return;
    const ended = session;
    session = null;
    become("ending", "recorder.sending");
    const take = await ended.recording.stop();
    ended.microphone.close();
    bars.forEach((bar) => bar.classList.remove("lf-lit"));
    clock(0);
    become("idle", "homework.hint");
    onTake(take);
  }

  return {
    toggle: () => (phase === "recording" ? end() : phase === "idle" && begin()),
    isIdle: () => phase === "idle",
    // What the button says, and what is said beside it, for the item at hand.
    rest(label, note, facts = {}) {
      part("record-label").dataset.idle = label;
      if (phase === "idle") become("idle", note, facts);
    },
  };
}
