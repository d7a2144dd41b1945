// Homework: one thing to say after another; each take goes to the server at once, or waits here until it can.
import { connectAloud, recordingAt } from "./aloud.js";
import { newKey } from "./key.js";
import { openOutbox } from "./outbox.js";
import { LOOK_EVERY_MS, placeOf, sayPlace } from "./place.js";
import { connectResult } from "./result.js";
import { send } from "./send.js";
import { keepClip, pcmOf, play, stop as stopSound } from "./sound.js";
import { count, number, say } from "./strings.js";
import { openStudio } from "./studio.js";

const MEGABYTE = 1e6;
const JUDGE_AGAIN_S = 15;
const STATES = { empty: "homework.state_empty", waiting: "homework.state_waiting", sending: "homework.state_sending", kept: "homework.state_kept", refused: "homework.state_refused" };

async function start(work) {
  const { assignment, owner, key: attemptKey, agreed } = work.dataset;
  const all = (name) => [...work.querySelectorAll(name)];
  const part = (name) => work.querySelector(`[data-part=${name}]`);
  const act = (name) => work.querySelector(`[data-act=${name}]`);
  const items = all(".lh-item").map((element) => ({
    element,
    id: element.dataset.item,
    text: element.dataset.text,
    limitS: Number(element.dataset.limitS),
    recording: element.dataset.recording,
    hasAudio: element.dataset.kept === "yes",
    overall: element.dataset.overall === "" ? null : Number(element.dataset.overall),
    isJudged: element.dataset.judged === "yes",
    clip: null,
    check: null,
    verdict: null,
  }));
  const result = part("result");
  let at = Math.max(0, items.findIndex((item) => !item.recording));
  let shownResults = 0;
  let arrive = () => {};
  connectResult({ element: result, watch: (_, heard) => (arrive = heard) });
  const here = () => items[at];

  const outbox = await openOutbox({
    owner,
    assignment,
    attemptKey,
    submission: work.dataset.submission,
    onChange: paint,
    onBegun: (submission) => (part("form").submission_id.value = submission),
    onKept: kept,
  });
  const studio = openStudio({ element: part("recorder"), limitS: () => here().limitS, onTake: adopt, onPhase: paintControls });

  function stateOf(item) {
    const take = outbox.of(item.id);
    if (!take) return item.recording ? "kept" : "empty";
    return take.refusal ? "refused" : take.isSending ? "sending" : "waiting";
  }

  function keptLine(item) {
    const state = stateOf(item);
    const take = outbox.of(item.id);
    if (state === "empty") return "";
    if (state === "kept") return say(item.hasAudio ? "homework.kept" : "homework.kept_scores");
    if (state === "sending") return say("homework.sending");
    if (state === "refused") return say("homework.refused", { message: take.refusal });
    if (take.trouble) return say("homework.waiting_reason", { message: take.trouble });
    return say(take.isStored === false ? "homework.waiting_page" : "homework.waiting_here");
  }

  function paint() {
    const item = here();
    items.forEach((one) => (one.element.hidden = one !== item));
    all(".lh-step").forEach((button, index) => {
      const state = stateOf(items[index]);
      button.dataset.state = state;
      button.setAttribute("aria-current", index === at ? "step" : "false");
      button.querySelector("[data-part=state]").textContent = say(STATES[state]);
    });
    setText("kept", keptLine(item));
    part("kept").dataset.state = stateOf(item);
    setText("verdict", verdictLine(item));
    part("verdict").hidden = !verdictLine(item);
    paintControls();
    paintHandIn();
  }

  function setText(name, text) {
    if (part(name).textContent !== text) part(name).textContent = text;
  }

  function verdictLine(item) {
    if (item.check) return item.check;
    if (item.overall !== null) return say("homework.checked", { score: number(item.overall) });
    return item.isJudged ? say("homework.not_judged") : "";
  }

  function paintControls() {
    const item = here();
    const isIdle = studio?.isIdle() ?? true;
    act("listen").hidden = !(item.clip || outbox.of(item.id) || (item.recording && item.hasAudio));
    act("sounds").hidden = !(item.isJudged && !outbox.of(item.id)) || !result.hidden;
    act("previous").disabled = !isIdle || at === 0;
    act("next").disabled = !isIdle || at === items.length - 1;
    for (const button of [...all(".lh-step"), part("file")]) button.disabled = !isIdle;
  }

  function paintHandIn() {
    const waiting = outbox.waiting();
    const missing = items.filter((item) => !item.recording).length;
    const sent = number(outbox.sentBytes() / MEGABYTE, 2);
    const waitingMb = number(waiting.reduce((sum, take) => sum + take.blob.size, 0) / MEGABYTE, 2);
    setText("progress", say("homework.recorded", { recorded: items.length - missing, all: items.length }));
    setText("traffic", waiting.length ? say("homework.traffic_waiting", { sent, waiting: waitingMb }) : outbox.sentBytes() ? say("homework.traffic", { sent }) : "");
    part("unsent").hidden = !waiting.length;
    setText("unsent", waiting.length ? count("homework.unsent", waiting.length) : "");
    const form = part("form");
    form.missing.value = missing;
    act("hand-in").disabled = Boolean(waiting.length) || missing === items.length || !form.submission_id.value;
    form.dataset.ask = missing ? say("homework.ask_missing", { missing, all: items.length }) : say("homework.ask");
  }

  function show(index, { focus = false } = {}) {
    if (!studio.isIdle()) return;
    stopSound();
    at = Math.min(Math.max(index, 0), items.length - 1);
    result.hidden = true;
    result.replaceChildren();
    const item = here();
    studio.rest(say(item.recording || outbox.of(item.id) ? "recorder.again" : "recorder.record"), agreed === "yes" ? "homework.hint" : "homework.closed");
    paint();
    if (focus) item.element.querySelector("h2").focus();
    if (item.recording && item.text && !item.isJudged && !item.check) judge(item);
  }

  async function adopt({ blob, seconds }) {
    const item = here();
    Object.assign(item, { clip: keepClip(blob, seconds), check: null, overall: null, isJudged: false, verdict: null });
    result.hidden = true;
    result.replaceChildren();
    studio.rest(say("recorder.again"), "homework.hint");
    await outbox.add({ key: newKey(), item: item.id, blob, seconds });
  }

  function kept(take, answer) {
    const item = items.find((one) => one.id === take.item);
    Object.assign(item, { recording: answer.id, hasAudio: answer.audio, check: null });
    if (item.text) judge(item, { isNew: true });
    else item.check = say("homework.to_teacher");
  }

  // What was heard in a take that is kept; the take does not depend on whether this works.
  async function judge(item, { isNew = false } = {}) {
    const { recording } = item;
    item.check = say("homework.checking");
    paint();
    let isOver = false;
    setTimeout(() => tellPlace(item, () => !isOver && item.recording === recording), LOOK_EVERY_MS);
    try {
      const verdict = await send(`/api/v1/recordings/${recording}/assessment`).finally(() => (isOver = true));
      if (item.recording !== recording) return;
      Object.assign(item, { verdict, check: null, overall: verdict.overall, isJudged: true });
      paint();
      if (isNew && item === here() && studio.isIdle()) await showSounds(item);
    } catch (error) {
      if (item.recording !== recording) return;
      item.check = checkTrouble(error);
      paint();
      if (!error.status || error.status === 429) setTimeout(() => item.recording === recording && !item.isJudged && judge(item, { isNew }), 1000 * (error.retryAfterS ?? JUDGE_AGAIN_S));
    }
  }

  // Says how many readings are before this one, as long as it waits.
  async function tellPlace(item, isWaiting) {
    if (!isWaiting()) return;
    const place = await placeOf(item.recording);
    if (!isWaiting()) return;
    item.check = sayPlace(place, "homework.checking");
    paint();
    setTimeout(() => tellPlace(item, isWaiting), LOOK_EVERY_MS);
  }

  function checkTrouble(error) {
    if (!error.status) return say("homework.check_lost");
    return say(error.status === 422 ? "homework.refused_verdict" : "homework.check_later", { message: error.message });
  }

  async function showSounds(item) {
    if (!item.verdict) return judge(item, { isNew: true });
    const clip = await clipOf(item).catch(() => null);
    if (item !== here()) return null;
    result.innerHTML = item.verdict.html;
    shownResults += 1;
    Object.assign(result.querySelector(".lf-result").dataset, { attempt: shownResults, clip: clip?.key ?? "" });
    result.hidden = false;
    paintControls();
    arrive();
    return null;
  }

  // The sound of an item: made here, waiting here, or fetched from the server.
  async function clipOf(item) {
    const take = outbox.of(item.id);
    const { blob, seconds } = item.clip ?? take ?? { blob: await recordingAt(`/audio/${item.recording}`), seconds: 0 };
    item.clip = keepClip(blob, seconds);
    return item.clip;
  }

  async function listen(button) {
    const spans = clipOf(here()).then(pcmOf).then((pcm) => [{ pcm }]);
    await play(spans, { button }).catch(() => setText("kept", say("recorder.cannot_play")));
  }

  const acts = {
    record: () => agreed === "yes" && studio.toggle(),
    listen,
    sounds: () => showSounds(here()),
    previous: () => show(at - 1, { focus: true }),
    next: () => show(at + 1, { focus: true }),
  };
  work.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || button.closest(".lf-result")) return;
    if (button.dataset.step) show(Number(button.dataset.step), { focus: event.detail === 0 });
    acts[button.dataset.act]?.(button);
  });
  part("file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file || agreed !== "yes") return;
    if (file.size <= Number(work.dataset.limitBytes)) adopt({ blob: file, seconds: 0 });
    else studio.rest(say("recorder.record"), "recorder.too_large", { megabytes: number(file.size / MEGABYTE, 1) });
  });
  window.addEventListener("beforeunload", (event) => {
    const isLost = outbox.waiting().some((take) => take.isStored === false);
    if (!studio.isIdle() || isLost) event.preventDefault();
  });

  for (const item of items) if (item.recording && !item.text) item.check = say("homework.to_teacher");
  for (const element of all(".lh-step, [data-part=voices], [data-part=recorder]")) element.hidden = false;
  act("record").disabled = part("file").disabled = agreed !== "yes";
  connectAloud(work);
  show(at);
  outbox.work();
  work.dataset.ready = "true";
}

const page = document.querySelector("#lh-work");
if (page) start(page);
