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
  const { title, about, value, machine, comment, only } = place.dataset;
  panel.hidden = false;
  part("title").textContent = title;
  part("about").textContent = [about, machine && say("marking.machine", { score: machine })].filter(Boolean).join(" ");
  fields.value.value = value;
  fields.comment.value = comment;
  panel.dataset.only = only ?? "";
  const back = panel.querySelector("[data-act=machine]");
  back.hidden = !machine || machine === value;
  back.textContent = say("marking.back_to", { score: machine });
  tell("");
  if (focus) place.focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

const typed = () => fields.comment.value.trim();
const hasNews = () => Boolean(chosen) && typed() !== chosen.dataset.comment;

// Saves a score, and the comment where it was changed; without a score the comment alone.
async function save(value = "") {
  clearTimeout(settling);
  settling = 0;
  if (!chosen) return;
  const [card, { level, place, title, only }] = [cardOf(chosen), chosen.dataset];
  const mark = { level, place };
  if (hasNews()) mark.comment = typed();
  if (!only && value !== "" && Number.isFinite(Number(value))) mark.value = Number(value);
  if (mark.comment === undefined && mark.value === undefined) return;
  // What is on its way is not sent once more when another place is chosen meanwhile.
  if (mark.comment !== undefined) chosen.dataset.comment = mark.comment;
  const isInCard = card.contains(document.activeElement);
  tell("");
  try {
    const answer = await send(`/api/v1/assessments/${card.dataset.assessment}/marks`, mark);
    show(card, answer, { level, place, focus: isInCard });
    announce(mark.value === undefined ? say("marking.comment_saved", { title }) : say("marking.saved", { title, score: Math.round(mark.value) }));
  } catch (error) {
    tell(error instanceof TypeError ? say("marking.no_network") : error.message);
  }
}

// The card comes back as the server now shows it; what was chosen, played and open stays so.
function show(card, { card: html, whole, total }, { level, place, focus }) {
  part("total").textContent = total === null ? "–" : Math.round(total);
  const shown = card.matches(".mk-whole") ? whole : html;
  const fresh = new DOMParser().parseFromString(shown, "text/html").querySelector(".mk-part");
  if (!fresh) return;
  const isCurrent = cardOf(chosen) === card;
  const { level: nowLevel, place: nowPlace } = chosen.dataset;
  const writing = isCurrent && document.activeElement === fields.comment && hasNews() ? fields.comment.value : null;
  const wasOpen = card.querySelector(".mk-history")?.open;
  card.replaceWith(fresh);
  if (wasOpen) fresh.querySelector(".mk-history").open = true;
  if (!isCurrent) return;
  const [next, at] = [nowLevel ?? level, nowPlace ?? place];
  choose(fresh.querySelector(`[data-level="${next}"][data-place="${at}"]`), { focus });
  if (writing !== null) fields.comment.value = writing;
}

function step(by) {
  const now = Number(fields.value.value === "" ? 50 : fields.value.value);
  fields.value.value = Math.min(100, Math.max(0, Math.round(now) + by));
  clearTimeout(settling);
  settling = setTimeout(() => save(fields.value.value), SETTLED_MS);
}

// Saves at once what a step has changed and the pause has not yet saved, and a comment that was only typed.
function settle() {
  if (settling) return save(fields.value.value);
  return hasNews() ? save() : null;
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

const takesScore = () => Boolean(chosen) && !chosen.dataset.only;

const KEYS = {
  j: () => move(1, ".mk-written"),
  k: () => move(-1, ".mk-written"),
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  l: () => (chosen ? hearPlace(chosen) : hear(document.querySelector(".mk-part[data-recording]"))),
  c: () => {
    const place = chosen ?? document.querySelector(".mk-place[data-only]");
    if (place && !chosen) choose(place);
    if (place) fields.comment.focus();
  },
  n: () => document.querySelector("a[rel=next]")?.click(),
  "+": () => takesScore() && step(STEP),
  "=": () => takesScore() && step(STEP),
  "-": () => takesScore() && step(-STEP),
  0: () => chosen?.dataset.machine && save(chosen.dataset.machine),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && panel.contains(event.target)) return chosen?.focus();
  if (event.target.closest("input, textarea, select")) return;
  const act = KEYS[event.key] ?? (event.key in GRADES && takesScore() ? () => save(GRADES[event.key]) : null);
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
  const isChanged = fields.value.value !== chosen?.dataset.value;
  save(isChanged || !hasNews() ? fields.value.value : "");
});

// Enter saves, as in a field of one line; with Shift it begins a new line.
fields.comment.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  panel.requestSubmit();
});

// What was typed is saved before the work is given back.
for (const form of document.querySelectorAll(".mk-steps form")) {
  form.addEventListener("submit", async (event) => {
    if (!settling && !hasNews()) return;
    event.preventDefault();
    await settle();
    if (!part("trouble").textContent) form.requestSubmit(event.submitter);
  });
}
window.addEventListener("beforeunload", (event) => (settling || hasNews()) && event.preventDefault());
