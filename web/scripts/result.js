// Result: opens one sound or word at a time, plays it in both voices, draws the reading, moves focus where the news is.
import { draw } from "./figure.js";
import { exampleOf, spanOf } from "./example.js";
import { clipOf, pcmOf, play } from "./sound.js";
import { language, onLanguage, say } from "./strings.js";

const PHONE = window.matchMedia("(max-width: 860px)");
const SLOW_RATE = 0.6;
let mouths = {};

export function connectResult({ element, watch }) {
  let shown = { attempt: null, key: null, isSlow: false, showsSpectrum: false };
  let wordAt = () => null;

  const root = () => element.querySelector(".lf-result");
  const buttons = () => [...element.querySelectorAll(".lf-sound")];
  const opener = (key) => element.querySelector(`.lf-word [data-key="${key}"]`);
  const panel = () => element.querySelector(".lf-panel");
  const report = () => JSON.parse(root().dataset.report);

  function open(key, { focus = false } = {}) {
    const chosen = opener(key);
    if (!chosen) return;
    shown.key = key;
    for (const button of element.querySelectorAll(".lf-word [data-key]")) button.setAttribute("aria-expanded", String(button === chosen));
    for (const detail of element.querySelectorAll(".lf-detail")) detail.hidden = detail.dataset.key !== key;
    place(chosen);
    const detail = panel().querySelector(".lf-detail:not([hidden])");
    showMouths(detail);
    if (focus) detail.querySelector("h3").focus({ preventScroll: true });
    if (PHONE.matches || focus) panel().scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  // On a phone the panel opens below the row of the word that was touched; on a wide screen it has its own column.
  function place(chosen) {
    const list = element.querySelector(".lf-words");
    if (!PHONE.matches) {
      element.querySelector(".lf-reading").append(panel());
      return;
    }
    const word = chosen.closest(".lf-word");
    const row = [...list.querySelectorAll(".lf-word")].filter((other) => other.offsetTop === word.offsetTop);
    row.at(-1).after(panel());
  }

  async function showMouths(detail) {
    const drawings = await mouthsIn(language());
    for (const slot of detail.querySelectorAll("[data-mouth]")) {
      const { svg, text } = drawings[slot.dataset.mouth] ?? {};
      if (svg) slot.innerHTML = svg;
      if (text) slot.nextElementSibling.textContent = text;
    }
  }

  function arrive() {
    const section = root();
    document.body.classList.remove("lf-busy");
    if (!section) return;
    const attempt = Number(section.dataset.attempt);
    const isNew = attempt !== shown.attempt;
    shown = { ...shown, attempt, key: isNew ? section.dataset.first : shown.key };
    if (shown.key) open(shown.key);
    picture();
    if (isNew) announce(section, attempt);
  }

  function announce(section, attempt) {
    // The report may end a journey, whose summary then is the news; a reading that was refused is always news.
    const isPassedOver = document.body.classList.contains("lf-flowing") && !report().refused;
    document.dispatchEvent(new CustomEvent("lafal:checked", { detail: { attempt, ok: true } }));
    document.querySelector("#lf-announcer").textContent = section.dataset.summary;
    document.dispatchEvent(new CustomEvent("lafal:report", { detail: report() }));
    if (performance.getEntriesByName("lafal:stop").length) performance.measure("lafal:verdict", "lafal:stop");
    if (isPassedOver) return;
    section.querySelector("h2").focus({ preventScroll: true });
    section.scrollIntoView({ block: "start", behavior: "smooth" });
  }

  // The figure is drawn from the recording in this page; the model's melody joins when it has arrived.
  async function picture() {
    const canvas = element.querySelector("canvas");
    const clip = clipOf(root()?.dataset.clip);
    if (!canvas || !clip) return;
    element.querySelector("[data-act=spectrum]").setAttribute("aria-pressed", String(shown.showsSpectrum));
    const { figure, text } = root().dataset;
    const reading = JSON.parse(figure);
    const pcm = await pcmOf(clip).catch(() => null);
    canvas.closest("details").hidden = !pcm;
    if (!pcm || !canvas.isConnected) return;
    const paint = (example) => (wordAt = draw(canvas, { reading, pcm, example, showsSpectrum: shown.showsSpectrum }));
    paint(null);
    const example = await exampleOf(text);
    if (example.pcm && canvas.isConnected) paint(example);
  }

  // Which voices to hear: data-hear is "mine", "model" or "both"; the group around the button says where.
  async function spansOf(which, { start, end, char, position }) {
    const clip = clipOf(root().dataset.clip);
    const place = { char: Number(char), position: position === undefined ? undefined : Number(position) };
    const mine = which === "model" || !clip ? [] : [{ pcm: await pcmOf(clip), start: Number(start), end: Number(end) }];
    if (which === "mine") return mine;
    const example = await exampleOf(root().dataset.text);
    const span = example.pcm ? spanOf(example, place) : null;
    if (!span) tell(example.refusal ?? say("listen.no_answer"));
    return span ? [...mine, span] : mine;
  }

  const tell = (sentence) => (document.querySelector("#lf-announcer").textContent = element.querySelector("[data-part=heard]").textContent = sentence);

  async function hear(button) {
    const group = button.closest("[data-start]");
    tell("");
    const rate = shown.isSlow ? SLOW_RATE : 1;
    await play(spansOf(button.dataset.hear, group.dataset), { rate, button }).catch(() => tell(say("recorder.cannot_play")));
  }

  async function sayWord(button) {
    const wanted = exampleOf(button.dataset.say);
    await play(wanted.then(({ pcm }) => (pcm ? [{ pcm }] : [])), { button });
    const { refusal } = await wanted;
    tell(refusal ?? "");
  }

  function step(button, by) {
    const all = buttons();
    all[(all.indexOf(button) + by + all.length) % all.length].focus();
  }

  async function share() {
    const text = root().dataset.share;
    if (navigator.share) return navigator.share({ text }).catch(() => {});
    await navigator.clipboard.writeText(text);
    return tell(say("result.copied"));
  }

  const acts = {
    print: () => window.print(),
    share,
    spectrum: () => {
      shown.showsSpectrum = !shown.showsSpectrum;
      picture();
    },
    "hear-before": async (button) => {
      const clip = clipOf(button.dataset.clip);
      if (clip) await play(pcmOf(clip).then((pcm) => [{ pcm }]), { button });
    },
  };

  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { key, open: opens, back, hear: voice, say: word, practise, act } = button.dataset;
    // A click without a pointer comes from the keyboard, whose user wants to be taken along.
    if (key) open(key, { focus: event.detail === 0 });
    if (opens) open(opens, { focus: true });
    if (back !== undefined) opener(shown.key).focus();
    if (voice) hear(button);
    if (word) sayWord(button);
    if (practise) document.dispatchEvent(new CustomEvent("lafal:practise", { detail: { text: practise } }));
    if (act) acts[act](button);
  });
  element.addEventListener("click", (event) => {
    if (event.target.tagName !== "CANVAS") return;
    const word = wordAt(event.offsetX);
    if (word) open(word.key);
  });
  element.addEventListener("change", (event) => {
    if (event.target.dataset.slow === undefined) return;
    shown.isSlow = event.target.checked;
    for (const box of element.querySelectorAll("[data-slow]")) box.checked = shown.isSlow;
  });
  element.addEventListener("keydown", (event) => {
    const button = event.target.closest(".lf-sound");
    if (button && event.key === "ArrowRight") step(button, 1);
    if (button && event.key === "ArrowLeft") step(button, -1);
    if (event.key === "Escape" && event.target.closest(".lf-panel")) opener(shown.key).focus();
  });
  element.addEventListener("toggle", () => picture(), true);
  document.addEventListener("lafal:checking", () => document.body.classList.add("lf-busy"));
  document.addEventListener("lafal:checked", () => document.body.classList.remove("lf-busy"));
  // What is hidden has no size: several exercises in a row show their last result only now.
  const arrange = () => {
    if (!root()) return;
    if (shown.key) open(shown.key);
    picture();
  };
  document.addEventListener("lafal:summary", arrange);
  document.addEventListener("lafal:theme", () => root() && picture());
  window.addEventListener("resize", () => root() && picture());
  PHONE.addEventListener("change", arrange);
  onLanguage(() => shown.key && root() && showMouths(panel().querySelector(".lf-detail:not([hidden])")));
  watch("value", arrive);
}

function mouthsIn(code) {
  mouths[code] ??= fetch(`/api/v1/mouths?language=${code}`).then((answer) => answer.json()).catch(() => (delete mouths[code], {}));
  return mouths[code];
}
