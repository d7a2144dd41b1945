// The model voice: how a text should sound, with the times of its words and sounds.
import { decode } from "./sound.js";

const KEPT = 12;
const WORD_CONTEXT_S = 0.05;
const SOUND_CONTEXT_S = 0.1;
const known = new Map();

const format = () => (new Audio().canPlayType('audio/ogg; codecs="opus"') ? "ogg" : "wav");

// Resolves to the example of a text, or to {refusal} with the server's sentence where there is none.
export function exampleOf(text) {
  const key = text.trim();
  if (!known.has(key)) {
    known.set(key, fetchExample(key).catch(() => (known.delete(key), { refusal: null })));
    for (const old of [...known.keys()].slice(0, -KEPT)) known.delete(old);
  }
  return known.get(key);
}

async function fetchExample(text) {
  const answer = await fetch(`/api/v1/examples?text=${encodeURIComponent(text)}`);
  const body = await answer.json();
  if (!answer.ok) return { refusal: `${body.message} ${body.remedy}` };
  const sound = await fetch(body.audio[format()]);
  return { ...body, pcm: await decode(await sound.blob()) };
}

// The part of an example that a word (by where it starts in the text) or one of its sounds takes; null if it has none.
export function spanOf(example, { char, position }) {
  const words = example.words.filter((one) => one.char_start === char);
  // A few short words have a voice but no times.
  if (!words.length) return example.words.length ? null : { pcm: example.pcm };
  // "21" is written once and spoken as two words: then a sound is not told apart.
  const phone = words.length === 1 && position !== undefined ? words[0].phones[position] : null;
  const context_s = phone ? SOUND_CONTEXT_S : WORD_CONTEXT_S;
  const [start_s, end_s] = phone ? [phone.start_s, phone.end_s] : [words[0].start_s, words.at(-1).end_s];
  return { pcm: example.pcm, start: Math.max(0, start_s - context_s), end: end_s + context_s };
}
