// Listen: the model voice says the text in the box, at its own pace or slowly.
import { exampleOf } from "./example.js";
import { textBox } from "./shelf.js";
import { play } from "./sound.js";
import { onLanguage, say } from "./strings.js";

export function connectListen({ element, watch }) {
  let note = ["listen.synthetic", {}];
  const paint = () => (element.querySelector("[data-part=voice]").textContent = say(...note));

  async function hear(button) {
    const text = textBox().value;
    if (!text.trim()) return tell("listen.no_text");
    const wanted = exampleOf(text);
    const slow = setTimeout(() => tell("listen.getting_ready"), 300);
    const spans = wanted.then((example) => (example.pcm ? [{ pcm: example.pcm }] : []));
    await play(spans, { rate: Number(button.dataset.rate), button });
    clearTimeout(slow);
    const example = await wanted;
    if (example.pcm) return tell(example.synthetic ? "listen.synthetic" : "listen.teacher");
    return tell(example.refusal ? "listen.refused" : "listen.no_answer", { message: example.refusal });
  }

  function tell(key, facts = {}) {
    note = [key, facts];
    paint();
  }

  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act=hear]");
    if (button) hear(button);
  });
  document.addEventListener("lafal:exercise", (event) => exampleOf(event.detail.text));
  onLanguage(paint);
  watch("value", paint);
}
