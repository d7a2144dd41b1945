// How loud a microphone is: the bars, and what to say about it.
const QUIET_PEAK = 0.01;
const LOUD_PEAK = 0.98;
const QUIET_AFTER_S = 2.5;
const METER_DECADES = 2.2;

export const isQuiet = (peak) => peak < QUIET_PEAK;

export function lightBars(bars, peak) {
  const lit = Math.max(0, 1 + Math.log10(peak + 1e-6) / METER_DECADES) * bars.length;
  bars.forEach((bar, index) => bar.classList.toggle("lf-lit", index < lit));
}

// What is wrong with what was heard so far, as a key of the catalogue; null where nothing is.
export function faultOf({ peak, seconds, isFiltered }) {
  if (isQuiet(peak) && seconds > QUIET_AFTER_S) return "recorder.hear_nothing";
  if (peak > LOUD_PEAK) return "recorder.too_loud";
  return isFiltered ? "recorder.filtered" : null;
}
