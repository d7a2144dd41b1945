// Setting work: the browser's own time zone, and finding exercises in the catalogue.
const OFFERED = {
  sentences: ["word", "pair", "sentence", "dialogue"],
  passage: ["sentence"],
  picture: ["picture"],
  dialogue: ["dialogue"],
  free: [],
};

// A search that finds no more than these shows what it found.
const FEW_UNITS = 6;

const zone = document.querySelector("[data-guess]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || zone.value;

// Says as soon as a text gets longer than what is judged, and no sooner.
const texts = document.querySelector("#texts");
const longText = document.querySelector("[data-most-words]");

function measure() {
  const kind = document.querySelector("[name=kind]:checked")?.value ?? picker?.dataset.picker ?? "free";
  const parts = kind === "free" ? [] : texts.value.split(kind === "passage" ? /\n\s*\n/ : "\n");
  const words = (part) => part.slice(kind === "dialogue" ? part.indexOf("|") + 1 : 0).split(/\s+/).filter(Boolean).length;
  longText.hidden = !parts.some((part) => words(part) > Number(longText.dataset.mostWords));
}

const picker = document.querySelector("[data-picker]");

function connect() {
  const [search, level] = [picker.querySelector("[data-search]"), picker.querySelector("[data-level]")];
  const badge = picker.querySelector("[data-picked]");
  const units = [...picker.querySelectorAll("details")].map((box) => ({
    box,
    title: box.querySelector("strong").textContent.toLowerCase(),
    number: box.querySelector("[data-number]"),
    lines: [...box.querySelectorAll("li")].map((line) => ({
      line,
      tick: line.querySelector("input"),
      text: line.textContent.toLowerCase(),
    })),
  }));
  const kind = () => document.querySelector("[name=kind]:checked")?.value ?? picker.dataset.picker;

  const count = () => {
    const picked = units.flatMap(({ lines }) => lines).filter(({ tick }) => tick.checked && !tick.disabled).length;
    badge.textContent = badge.dataset.picked.replace("#", picked);
    badge.hidden = picked === 0;
  };
  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    const offered = OFFERED[kind()];
    let any = false;
    for (const { box, title, number, lines } of units) {
      let shown = 0;
      for (const { line, tick, text } of lines) {
        const fits =
          offered.includes(line.dataset.kind) &&
          (!level.value || line.dataset.level === level.value) &&
          (!wanted || title.includes(wanted) || text.includes(wanted));
        // What is ticked stays in sight, so that nothing is set unseen.
        line.hidden = !fits && !tick.checked;
        tick.disabled = kind() === "free";
        shown += !line.hidden;
      }
      box.hidden = shown === 0;
      number.textContent = shown;
      any ||= shown > 0;
    }
    picker.querySelector("[data-none]").hidden = any;
    picker.querySelector(".as-units").hidden = !any;
    count();
  };

  picker.querySelector(".as-filter").hidden = false;
  search.addEventListener("input", () => {
    filter();
    const few = units.filter(({ box }) => !box.hidden).length <= FEW_UNITS;
    if (search.value && few) for (const { box } of units) box.open = !box.hidden;
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  level.addEventListener("change", filter);
  picker.addEventListener("change", count);
  for (const radio of document.querySelectorAll("[name=kind]")) radio.addEventListener("change", filter);
  filter();
}

if (picker) connect();
if (longText) {
  texts.addEventListener("input", measure);
  for (const radio of document.querySelectorAll("[name=kind]")) radio.addEventListener("change", measure);
  measure();
}
