// Marking one attempt: choose a place, hear it in the learner's recording, overrule it with the mouse or with keys.
import { send } from "./send.js";
import { decode, play } from "./sound.js";
import { say } from "./strings.js";

const STEP = 5;
const SETTLED_MS = 900;
const GRADES = { 1: 0, 2: 40, 3: 60, 4: 80, 5: 100 };
const panel = document.querySelector("[data-part=panel]");
const fields = panel.elements;
const clips = new Map();
let chosen = null;
let settling = 0;

const part = (name) => document.querySelector(`[data-part=${name}]`);
const places = () => [...document.querySelectorAll(".mk-place")];
const cardOf = (element) => element.closest(".mk-part");
const announce = (text) => (document.querySelector("#lf-announcer").textContent = text);

// Each fetch is written down as one listen, so the recording is asked for when it is first played, and once.
function clipOf(card) {
  const id = card.dataset.recording;
  if (!clips.has(id)) clips.set(id, fetchClip(id));
  return clips.get(id);
}

async function fetchClip(id) {
  try {
    const answer = await fetch(`/audio/${id}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? say("marking.no_sound"));
    return await decode(await answer.blob());
  } catch (error) {
    clips.delete(id);
    throw error instanceof TypeError || error.name === "EncodingError" ? new Error(say("marking.no_sound")) : error;
  }
}

async function hear(card, button, span = {}) {
  if (!card?.dataset.recording) return tell(say("marking.no_clip"));
  tell("");
  try {
    await play(clipOf(card).then((pcm) => [{ pcm, ...span }]), { button });
  } catch (error) {
    tell(error.message);
  }
}

function hearPlace(place) {
  const [start, end] = [Number(place.dataset.start), Number(place.dataset.end)];
  hear(cardOf(place), place, end > start ? { start, end } : {});
}

function tell(text) {
  part("trouble").textContent = text;
  if (text) panel.hidden = false;
}

function choose(place, { focus = true } = {}) {
  if (chosen !== place) settle();
  chosen = place;
  for (const other of places()) other.setAttribute("aria-pressed", String(other === place));
  const { title, about, value, machine } = place.dataset;
  panel.hidden = false;
  part("title").textContent = title;
  part("about").textContent = [about, machine && say("marking.machine", { score: machine })].filter(Boolean).join(" ");
  fields.value.value = value;
  const back = panel.querySelector("[data-act=machine]");
  back.hidden = !machine || machine === value;
  back.textContent = say("marking.back_to", { score: machine });
  tell("");
  if (focus) place.focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

async function save(value) {
  clearTimeout(settling);
  settling = 0;
  if (!chosen || value === "" || !Number.isFinite(Number(value))) return;
  const [card, { level, place, title }] = [cardOf(chosen), chosen.dataset];
  const isInCard = card.contains(document.activeElement);
  const comment = fields.comment.value;
  tell("");
  try {
    const path = `/api/v1/assessments/${card.dataset.assessment}/marks`;
    const answer = await send(path, { level, place, value: Number(value), comment });
    if (fields.comment.value === comment) fields.comment.value = "";
    show(card, answer, { level, place, focus: isInCard });
    announce(say("marking.saved", { title, score: Math.round(Number(value)) }));
  } catch (error) {
    tell(error instanceof TypeError ? say("marking.no_network") : error.message);
  }
}

// The card comes back as the server now shows it; what was chosen, played and open stays so.
function show(card, { card: html, total }, { level, place, focus }) {
  part("total").textContent = total === null ? "–" : Math.round(total);
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(".mk-part");
  if (!fresh) return;
  const isCurrent = cardOf(chosen) === card;
  const { level: nowLevel, place: nowPlace } = chosen.dataset;
  const wasOpen = card.querySelector(".mk-history")?.open;
  card.replaceWith(fresh);
  if (wasOpen) fresh.querySelector(".mk-history").open = true;
  if (!isCurrent) return;
  const [next, at] = [nowLevel ?? level, nowPlace ?? place];
  choose(fresh.querySelector(`[data-level="${next}"][data-place="${at}"]`), { focus });
}

function step(by) {
  const now = Number(fields.value.value === "" ? 50 : fields.value.value);
  fields.value.value = Math.min(100, Math.max(0, Math.round(now) + by));
  clearTimeout(settling);
  settling = setTimeout(() => save(fields.value.value), SETTLED_MS);
}

// Saves at once what a step has changed and the pause has not yet saved.
function settle() {
  if (settling) save(fields.value.value);
}

function move(by, kind = ".mk-place") {
  const all = [...document.querySelectorAll(kind)];
  if (!all.length) return;
  const order = places();
  const at = chosen ? order.indexOf(chosen) : -1;
  const next =
    by > 0
      ? all.find((place) => order.indexOf(place) > at)
      : all.findLast((place) => order.indexOf(place) < at);
  if (next) choose(next);
}

const KEYS = {
  j: () => move(1, ".mk-written"),
  k: () => move(-1, ".mk-written"),
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  l: () => (chosen ? hearPlace(chosen) : hear(document.querySelector(".mk-part[data-recording]"))),
  c: () => chosen && fields.comment.focus(),
  n: () => document.querySelector("a[rel=next]")?.click(),
  "+": () => chosen && step(STEP),
  "=": () => chosen && step(STEP),
  "-": () => chosen && step(-STEP),
  0: () => chosen?.dataset.machine && save(chosen.dataset.machine),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && panel.contains(event.target)) return chosen?.focus();
  if (event.target.closest("input, textarea, select")) return;
  const act = KEYS[event.key] ?? (event.key in GRADES && chosen ? () => save(GRADES[event.key]) : null);
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".mk-place")) {
    choose(button);
    if (button.matches(".mk-written")) hearPlace(button);
  } else if (button.dataset.act === "all") hear(cardOf(button), button);
  else if (button.dataset.act === "machine") save(chosen.dataset.machine);
  else if (button.dataset.grade) save(button.dataset.grade);
});

panel.addEventListener("submit", (event) => {
  event.preventDefault();
  save(fields.value.value);
});
