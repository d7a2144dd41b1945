// The page's sentences in its present language, which the server writes into #lf-strings.
const LANGUAGE_CHANGED = "lafal:language";
let strings = {};

export function readStrings() {
  strings = JSON.parse(document.querySelector("#lf-strings").dataset.strings);
  document.dispatchEvent(new CustomEvent(LANGUAGE_CHANGED));
}

export function onLanguage(paint) {
  document.addEventListener(LANGUAGE_CHANGED, paint);
}

export const language = () => document.documentElement.lang || "en";

export function say(key, facts = {}) {
  return (strings[key] ?? "").replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}

export function count(key, number) {
  return say(`${key}.${number === 1 ? "one" : "other"}`, { number });
}

export function number(value, digits = 0) {
  return value.toLocaleString(language(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const DAY_MS = 86_400_000;

// "today", "3 days ago", in the page's language.
export function daysAgo(day) {
  const days = Math.round((day - today()) / DAY_MS);
  return new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(days, "day");
}

export function today() {
  return new Date().setHours(0, 0, 0, 0);
}
