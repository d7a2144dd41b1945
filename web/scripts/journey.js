// Journey: several exercises in a row without feedback in between, and what they showed at the end.
import { exercisesFor, findExercise, openCourse, unitFor } from "./course.js";
import { remember, soundsByNeed } from "./progress.js";
import { number, onLanguage, say } from "./strings.js";

const LONGEST = 10;
const SHOWN_SOUNDS = 4;
const WEAK_BELOW = 80;
const LEVEL_REACHED = 70;

export function connectJourney({ element, watch }) {
  let journey = null;
  const part = (name) => element.querySelector(`[data-part=${name}]`);

  function begin({ kind, ids }) {
    // Without a catalogue, since the server was away, there is nothing to begin.
    if (!ids.length) return;
    journey = { kind, ids: ids.slice(0, LONGEST), at: 0, readings: [], isOver: false };
    remember({ greeted: true });
    paint();
    next();
  }

  const next = () => document.dispatchEvent(new CustomEvent("lafal:open", { detail: { id: journey.ids[journey.at] } }));

  // One reading of the exercise at hand; one that could not be judged is read again.
  function add(report) {
    if (!journey || journey.isOver || report.refused) return;
    journey.readings.push({ id: journey.ids[journey.at], ...report });
    journey.at += 1;
    if (journey.at >= journey.ids.length) finish();
    else next();
    paint();
  }

  function finish() {
    journey.isOver = true;
    paint();
    document.dispatchEvent(new CustomEvent("lafal:summary"));
    const title = part("title");
    title.focus({ preventScroll: true });
    element.scrollIntoView({ block: "start", behavior: "smooth" });
  }

  function end() {
    if (journey.readings.length && !journey.isOver) return finish();
    journey = null;
    return paint();
  }

  async function paint() {
    document.body.classList.toggle("lf-flowing", Boolean(journey) && !journey.isOver);
    element.querySelector(".lf-journey").hidden = !journey;
    if (!journey) return;
    part("running").hidden = journey.isOver;
    part("summary").hidden = !journey.isOver;
    part("step").textContent = say(`journey.${journey.kind}_step`, { at: Math.min(journey.at + 1, journey.ids.length), all: journey.ids.length });
    part("bar").style.setProperty("--value", (100 * journey.at) / journey.ids.length);
    if (journey.isOver) await paintSummary();
  }

  async function paintSummary() {
    const { readings, kind } = journey;
    const overall = readings.map((one) => one.overall).filter((value) => value !== null);
    const mean = overall.length ? overall.reduce((sum, value) => sum + value, 0) / overall.length : null;
    part("title").textContent = say(`journey.${kind}_title`);
    part("overall").textContent = mean === null ? "–" : number(Math.round(mean));
    const sounds = soundsByNeed(gather(readings));
    const weak = sounds.filter((sound) => sound.mean < WEAK_BELOW).slice(0, SHOWN_SOUNDS);
    part("meaning").textContent = await meaning(weak);
    part("sounds").replaceChildren(...(await Promise.all(weak.map(soundRow))));
    part("readings").replaceChildren(...readings.map(readingRow));
  }

  async function meaning(weak) {
    if (journey.kind === "check") {
      const level = await levelOf(journey.readings);
      remember({ level });
      return say("journey.level", { level, sentences: journey.readings.length });
    }
    return say(weak.length ? "journey.to_work_on" : "journey.all_good");
  }

  // The highest level whose readings, and all those below it, went well enough; a first guess and nothing more.
  async function levelOf(readings) {
    const { units } = await openCourse();
    const levels = [...new Set(units.map((unit) => unit.level))].sort();
    const found = await Promise.all(readings.map(async (one) => ({ level: (await findExercise(one.id)).exercise.level, overall: one.overall ?? 0 })));
    let reached = levels[0];
    for (const level of levels) {
      const scores = found.filter((one) => one.level === level).map((one) => one.overall);
      if (!scores.length) continue;
      reached = level;
      if (scores.reduce((sum, value) => sum + value, 0) / scores.length < LEVEL_REACHED) break;
    }
    return reached;
  }

  async function soundRow(sound) {
    const row = part("sound-template").content.firstElementChild.cloneNode(true);
    const unit = await unitFor(sound.phone);
    row.querySelector("[data-slot=ipa]").textContent = `/${sound.ipa}/`;
    row.querySelector("[data-slot=words]").textContent = [...new Set(sound.words)].join(", ");
    row.querySelector("[data-slot=score]").textContent = number(Math.round(sound.mean));
    row.querySelector("[data-slot=bar]").style.setProperty("--value", sound.mean);
    const [first] = await exercisesFor(sound.phone);
    const button = row.querySelector("button");
    button.hidden = !first;
    button.textContent = say("journey.practise", { ipa: sound.ipa });
    button.dataset.open = (unit?.exercises.find((one) => one.sounds.includes(sound.phone)) ?? first)?.id ?? "";
    return row;
  }

  function readingRow({ text, overall }) {
    const row = document.createElement("li");
    const sentence = Object.assign(document.createElement("span"), { textContent: text, lang: "en" });
    const score = Object.assign(document.createElement("strong"), { textContent: overall === null ? "–" : number(overall) });
    row.append(sentence, score);
    return row;
  }

  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.act === "end") end();
    if (button?.dataset.open) {
      journey = null;
      paint();
      document.dispatchEvent(new CustomEvent("lafal:open", { detail: { id: button.dataset.open } }));
    }
  });
  document.addEventListener("lafal:begin", (event) => begin(event.detail));
  document.addEventListener("lafal:report", (event) => add(event.detail));
  onLanguage(paint);
  watch("value", paint);
}

// All judged sounds of several readings, in the shape of a browser's progress.
function gather(readings) {
  const sounds = {};
  for (const { phone, ipa, score, word } of readings.flatMap((reading) => reading.sounds)) {
    if (score === null) continue;
    const sound = (sounds[phone] ??= { ipa, scores: [], words: [] });
    sound.scores.push(score);
    if (score < WEAK_BELOW) sound.words.push(word);
  }
  return sounds;
}
