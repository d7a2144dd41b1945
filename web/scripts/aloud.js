// Buttons that say something: data-say a text in the model voice, data-audio a recording of one's own.
import { exampleOf } from "./example.js";
import { decode, play } from "./sound.js";
import { say } from "./strings.js";

export async function recordingAt(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(path);
  return answer.blob();
}

// Plays what a button is for; gives a sentence where that does not work, or one about the voice.
export async function hear(button) {
  const { say: text, audio, rate = 1 } = button.dataset;
  if (audio) {
    const spans = recordingAt(audio).then(decode).then((pcm) => [{ pcm }]);
    return play(spans, { button }).then(() => "", () => say("homework.audio_gone"));
  }
  const wanted = exampleOf(text);
  await play(wanted.then(({ pcm }) => (pcm ? [{ pcm }] : [])), { rate: Number(rate), button });
  const example = await wanted;
  if (!example.pcm) return example.refusal ?? say("listen.no_answer");
  return say(example.synthetic ? "listen.synthetic" : "listen.teacher");
}

// Brings all such buttons of the page to life; without scripts they are not there.
export function connectAloud(root) {
  for (const button of root.querySelectorAll("[data-say], [data-audio]")) button.hidden = false;
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-say], [data-audio]");
    if (!button || button.closest(".lf-result")) return;
    const sentence = await hear(button);
    const note = button.closest("article")?.querySelector("[data-part=voice-note]");
    (note ?? document.querySelector("#lf-announcer")).textContent = sentence;
  });
}
