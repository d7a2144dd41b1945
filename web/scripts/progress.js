// What a guest has practised, kept in this browser alone: per sound the last scores, and which exercises are done.
import { today } from "./strings.js";

const KEY = "lafal.progress.1";
const KEPT_SCORES = 20;
const CHANGED = "lafal:progress";

const blank = () => ({ sounds: {}, exercises: {}, level: null, greeted: false });

export function readProgress() {
  try {
    const { sounds, exercises, level, greeted } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { sounds: sounds ?? {}, exercises: exercises ?? {}, level: level ?? null, greeted: greeted ?? false };
  } catch {
    return blank();
  }
}

function write(progress) {
  try {
    localStorage.setItem(KEY, JSON.stringify(progress));
  } catch {
    // A private window may refuse; practice goes on without memory.
  }
  document.dispatchEvent(new CustomEvent(CHANGED));
}

export function onProgress(paint) {
  document.addEventListener(CHANGED, paint);
}

export function remember(changes) {
  write({ ...readProgress(), ...changes });
}

export function forget() {
  write({ ...blank(), greeted: true });
}

// Adds one judged reading; sounds that could not be judged do not count.
export function addReading(report, exerciseId) {
  const progress = readProgress();
  for (const { phone, ipa, score } of report.sounds) {
    if (score === null) continue;
    const sound = (progress.sounds[phone] ??= { ipa, tries: 0, scores: [], day: 0 });
    sound.tries += 1;
    sound.scores = [...sound.scores, Math.round(score)].slice(-KEPT_SCORES);
    sound.day = today();
  }
  if (exerciseId && report.overall !== null) {
    progress.exercises[exerciseId] = Math.max(progress.exercises[exerciseId] ?? 0, report.overall);
  }
  write(progress);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Sounds practised, the one most in need first.
export function soundsByNeed(sounds = readProgress().sounds) {
  return Object.entries(sounds)
    .map(([phone, sound]) => ({ phone, ...sound, mean: mean(sound.scores) }))
    .sort((one, other) => one.mean - other.mean);
}
