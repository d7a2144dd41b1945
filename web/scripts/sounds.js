// My sounds: how each sound practised in this browser stands, and a way to practise it.
import { exercisesFor } from "./course.js";
import { forget, onProgress, readProgress, soundsByNeed } from "./progress.js";
import { count, daysAgo, number, onLanguage, say } from "./strings.js";

export function connectSounds({ element, watch }) {
  const part = (name) => element.querySelector(`[data-part=${name}]`);

  function paint() {
    const sounds = soundsByNeed();
    part("total").textContent = sounds.length ? count("progress.total", sounds.length) : "";
    part("empty").hidden = sounds.length > 0;
    element.querySelector("[data-act=forget]").hidden = !sounds.length;
    part("sounds").replaceChildren(...sounds.map(row));
  }

  function row(sound) {
    const item = part("sound-template").content.firstElementChild.cloneNode(true);
    item.querySelector("[data-slot=ipa]").textContent = `/${sound.ipa}/`;
    item.querySelector("[data-slot=about]").textContent = `${count("progress.tries", sound.tries)}, ${daysAgo(sound.day)}`;
    item.querySelector("[data-slot=bar]").style.setProperty("--value", sound.mean);
    item.querySelector("[data-slot=score]").textContent = number(Math.round(sound.mean));
    const button = item.querySelector("button");
    button.textContent = say("journey.practise", { ipa: sound.ipa });
    button.dataset.phone = sound.phone;
    return item;
  }

  // The exercise for the sound that went least well so far, an untried one before all.
  async function practise(phone) {
    const best = readProgress().exercises;
    const all = await exercisesFor(phone);
    const [chosen] = all.sort((one, other) => (best[one.id] ?? -1) - (best[other.id] ?? -1));
    if (chosen) document.dispatchEvent(new CustomEvent("lafal:open", { detail: { id: chosen.id } }));
  }

  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.act === "forget" && window.confirm(say("progress.forget_sure"))) forget();
    if (button?.dataset.phone) practise(button.dataset.phone);
  });
  onLanguage(paint);
  onProgress(paint);
  watch("value", paint);
  paint();
}
