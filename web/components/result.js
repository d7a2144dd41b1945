// Result: opens one sound at a time, plays single words through the recorder, moves focus where the news is.
const PHONE = window.matchMedia("(max-width: 860px)");
let shown = { attempt: null, key: null };

const root = () => element.querySelector(".lf-result");
const sounds = () => [...element.querySelectorAll(".lf-sound")];
const soundOf = (key) => element.querySelector(`.lf-sound[data-key="${key}"]`);
const panel = () => element.querySelector(".lf-panel");

function open(key, { focus = false } = {}) {
  const chosen = soundOf(key);
  if (!chosen) return;
  shown.key = key;
  for (const sound of sounds()) sound.setAttribute("aria-expanded", String(sound === chosen));
  for (const detail of element.querySelectorAll(".lf-detail")) detail.hidden = detail.dataset.key !== key;
  place(chosen);
  const heading = panel().querySelector(".lf-detail:not([hidden]) h3");
  if (focus) heading.focus({ preventScroll: true });
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

function arrive() {
  const section = root();
  document.body.classList.remove("lf-busy");
  if (!section) return;
  const attempt = Number(section.dataset.attempt);
  const isNew = attempt !== shown.attempt;
  shown = { attempt, key: isNew ? section.dataset.first : shown.key };
  if (shown.key) open(shown.key);
  if (!isNew) return;
  document.dispatchEvent(new CustomEvent("lafal:checked", { detail: { attempt, ok: true } }));
  document.querySelector("#lf-announcer").textContent = section.dataset.summary;
  section.querySelector("h2").focus({ preventScroll: true });
  section.scrollIntoView({ block: "start", behavior: "smooth" });
}

function step(sound, by) {
  const all = sounds();
  all[(all.indexOf(sound) + by + all.length) % all.length].focus();
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  // A click without a pointer comes from the keyboard, whose user wants to be taken along.
  const focus = event.detail === 0;
  if (button.dataset.key) open(button.dataset.key, { focus });
  if (button.dataset.open) open(button.dataset.open, { focus: true });
  if (button.dataset.back !== undefined) soundOf(shown.key).focus();
  if (button.dataset.practise) trigger("practise", { text: button.dataset.practise });
  if (button.dataset.start) {
    const { start, end, rate } = button.dataset;
    const detail = { clip: root().dataset.clip, start: Number(start), end: Number(end), rate: Number(rate), button };
    document.dispatchEvent(new CustomEvent("lafal:play", { detail }));
  }
});

element.addEventListener("keydown", (event) => {
  const sound = event.target.closest(".lf-sound");
  if (sound && event.key === "ArrowRight") step(sound, 1);
  if (sound && event.key === "ArrowLeft") step(sound, -1);
  if (event.key === "Escape" && event.target.closest(".lf-panel")) soundOf(shown.key).focus();
});

document.addEventListener("lafal:checking", () => document.body.classList.add("lf-busy"));
document.addEventListener("lafal:checked", () => document.body.classList.remove("lf-busy"));
PHONE.addEventListener("change", () => shown.key && open(shown.key));
watch("value", arrive);
