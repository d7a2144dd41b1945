// Shelf: units and their exercises, one word alone, or any text of one's own; what is chosen goes into the text box.
import { findExercise, openCourse } from "./course.js";
import { exampleOf } from "./example.js";
import { addReading, onProgress, readProgress, remember } from "./progress.js";
import { play } from "./sound.js";
import { language, onLanguage, say } from "./strings.js";

const DONE_FROM = 75;

export const textBox = () => document.querySelector("#lf-text textarea");

// The text box is Gradio's; it learns of a new value as if it had been typed.
export function setText(text) {
  textBox().value = text;
  textBox().dispatchEvent(new Event("input", { bubbles: true }));
}

export function connectShelf({ element, watch }) {
  const state = { unit: null, index: 0, isPeeking: false, before: null };
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  const exercise = () => state.unit?.exercises[state.index];
  const isOwn = () => !exercise() || textBox()?.value !== exercise().text;

  function paint() {
    const progress = readProgress();
    part("welcome").hidden = progress.greeted;
    for (const chip of element.querySelectorAll("[data-unit]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.unit === state.unit?.id));
      paintDone(chip, progress);
    }
    if (!state.unit) return;
    const shown = exercise();
    part("aim").textContent = state.unit.aim[language()] ?? state.unit.aim.en;
    part("place").textContent = `${state.index + 1} / ${state.unit.exercises.length}`;
    part("trains").textContent = shown.sounds.map((phone) => `/${state.ipa[phone]}/`).join(" ");
    part("back").hidden = state.before === null;
    const hasPicture = Boolean(shown.picture) && !isOwn();
    part("picture").hidden = !hasPicture;
    if (hasPicture) {
      part("image").src = `/pictures/${shown.picture}.svg`;
      part("peek").textContent = say(state.isPeeking ? "shelf.hide_word" : "shelf.show_word");
    }
    part("prompt").hidden = !shown.prompt || isOwn();
    part("line").textContent = shown.prompt ?? "";
    document.body.classList.toggle("lf-hides-text", hasPicture && !state.isPeeking);
  }

  function paintDone(chip, progress) {
    const unit = state.units?.find((one) => one.id === chip.dataset.unit);
    if (!unit) return;
    const done = unit.exercises.filter((one) => (progress.exercises[one.id] ?? 0) >= DONE_FROM).length;
    chip.querySelector("[data-part=done]").style.setProperty("--value", (100 * done) / unit.exercises.length);
    chip.querySelector("[data-part=done-text]").textContent = done ? say("shelf.done", { done, all: unit.exercises.length }) : "";
  }

  function show(unit, index, { scroll = false } = {}) {
    if (document.body.classList.contains("lf-recording")) return;
    Object.assign(state, { unit, index, isPeeking: false, before: null });
    setText(exercise().text);
    history.replaceState(null, "", `#${exercise().id}`);
    paint();
    document.dispatchEvent(new CustomEvent("lafal:exercise", { detail: exercise() }));
    if (scroll) document.querySelector(".lf-steps").scrollIntoView({ block: "start" });
    const chip = element.querySelector(`[data-unit="${unit.id}"]`);
    chip?.parentElement.parentElement.scrollTo({ left: chip.offsetLeft - 24 });
  }

  async function open(id, options) {
    const found = await findExercise(id);
    if (found) show(found.unit, found.index, options);
    return found;
  }

  function openUnit(id) {
    const unit = state.units.find((one) => one.id === id);
    const done = readProgress().exercises;
    const next = unit.exercises.findIndex((one) => (done[one.id] ?? 0) < DONE_FROM);
    show(unit, Math.max(next, 0));
  }

  function turn(by) {
    if (!state.unit) return;
    const all = state.unit.exercises.length;
    show(state.unit, (state.index + by + all) % all);
  }

  // One word alone, with a way back to where it came from.
  function practise(text) {
    state.before ??= textBox().value;
    setText(text);
    paint();
    document.querySelector(".lf-steps").scrollIntoView({ block: "start" });
    document.querySelector(".lf-record").focus({ preventScroll: true });
  }

  async function hearPrompt(button) {
    const example = await exampleOf(exercise().prompt);
    if (example.pcm) play([{ pcm: example.pcm }], { button });
  }

  const acts = {
    previous: () => turn(-1),
    next: () => turn(1),
    peek: () => ((state.isPeeking = !state.isPeeking), paint()),
    prompt: hearPrompt,
    back: () => (setText(state.before), (state.before = null), paint()),
    own: () => (setText(""), textBox().focus(), paint()),
    "skip-check": () => remember({ greeted: true }),
    "level-check": async () => document.dispatchEvent(new CustomEvent("lafal:begin", { detail: { kind: "check", ids: (await openCourse()).level_check } })),
    flow: () => document.dispatchEvent(new CustomEvent("lafal:begin", { detail: { kind: "flow", ids: (state.unit?.exercises ?? []).slice(state.index).map((one) => one.id) } })),
  };

  element.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-unit]");
    if (chip) openUnit(chip.dataset.unit);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-shelf]");
    if (button) acts[button.dataset.shelf](button);
  });
  document.addEventListener("input", (event) => event.target === textBox() && paint());
  document.addEventListener("lafal:open", (event) => open(event.detail.id, { scroll: true }));
  document.addEventListener("lafal:practise", (event) => practise(event.detail.text));
  document.addEventListener("lafal:report", ({ detail }) => {
    if (!detail.refused) addReading(detail, exercise()?.text === detail.text ? exercise().id : null);
  });
  window.addEventListener("hashchange", () => open(location.hash.slice(1)));
  onLanguage(paint);
  onProgress(paint);
  watch("value", paint);

  openCourse().then(async ({ units, ipa, first }) => {
    Object.assign(state, { units, ipa });
    if (!(await open(location.hash.slice(1)))) await open(first);
    element.querySelector(".lf-shelf").dataset.ready = "true";
    document.dispatchEvent(new CustomEvent("lafal:shelf"));
  });
}
