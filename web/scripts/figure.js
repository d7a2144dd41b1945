// The picture of a reading: waveform or spectrogram with word and sound boundaries, stress, pauses, and the learner's
// pitch over the model's. Times are seconds of the learner's recording.
import { melodyOf, warped } from "./melody.js";
import { spectrogram } from "./spectrum.js";
import { number } from "./strings.js";

const MARGIN_S = 0.2;
const LEAST_PX_PER_S = 130;
const HEIGHT = 236;
const WAVE = { top: 20, height: 96 };
const WORD_Y = 132;
const SOUND_Y = 150;
const MELODY = { top: 162, height: 66 };
const SEMITONES = 9;
const TONES = { good: "--lf-good", nearly: "--lf-nearly", wrong: "--lf-wrong", missing: "--lf-missing", extra: "--lf-extra" };

// Draws on a canvas; returns how to tell the word at a place, for touching it.
export function draw(canvas, { reading, pcm, example, showsSpectrum }) {
  performance.mark("lafal:draw");
  const spoken = reading.words.filter((word) => word.end > word.start);
  const from = Math.max(0, (spoken[0]?.start ?? 0) - MARGIN_S);
  const to = Math.min(pcm.duration, (spoken.at(-1)?.end ?? pcm.duration) + MARGIN_S);
  const width = Math.max(canvas.parentElement.clientWidth, (to - from) * LEAST_PX_PER_S);
  const scale = window.devicePixelRatio || 1;
  Object.assign(canvas, { width: Math.round(width * scale), height: HEIGHT * scale });
  Object.assign(canvas.style, { width: `${width}px`, height: `${HEIGHT}px` });
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const view = { pen, from, to, width, x: (s) => ((s - from) / (to - from)) * width, tone: (name) => style.getPropertyValue(name).trim(), font: style.fontFamily };
  const samples = pcm.getChannelData(0).subarray(Math.floor(from * pcm.sampleRate), Math.ceil(to * pcm.sampleRate));
  drawPauses(view, reading.pauses);
  if (showsSpectrum) drawSpectrum(view, samples);
  else drawWave(view, samples);
  drawWords(view, spoken);
  drawMelodies(view, reading, example);
  performance.measure("lafal:figure", "lafal:draw");
  const second = (x) => from + (x / width) * (to - from);
  return (x) => spoken.find((word) => word.start <= second(x) && second(x) < word.end);
}

function drawPauses({ pen, x, tone, font }, pauses) {
  pen.font = `12px ${font}`;
  pen.textAlign = "center";
  for (const [start, end] of pauses) {
    pen.fillStyle = tone("--lf-nearly-pale");
    pen.fillRect(x(start), WAVE.top, x(end) - x(start), MELODY.top + MELODY.height - WAVE.top);
    pen.fillStyle = tone("--lf-nearly");
    pen.fillText(`${number(end - start, 1)} s`, (x(start) + x(end)) / 2, WAVE.top + 14);
  }
}

function drawWave({ pen, width, tone }, samples) {
  const middle = WAVE.top + WAVE.height / 2;
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0.02);
  const columns = Math.ceil(width);
  pen.fillStyle = tone("--lf-soft");
  for (let column = 0; column < columns; column += 1) {
    const first = Math.floor((column * samples.length) / columns);
    const last = Math.floor(((column + 1) * samples.length) / columns);
    let [low, high] = [0, 0];
    for (let index = first; index < last; index += 1) {
      low = Math.min(low, samples[index]);
      high = Math.max(high, samples[index]);
    }
    const half = WAVE.height / 2 / loudest;
    pen.fillRect(column, middle - high * half, 1, Math.max(1, (high - low) * half));
  }
}

function drawSpectrum({ pen, width, tone }, samples) {
  const frames = Math.ceil(width / 2);
  const { bins, levels } = spectrogram(samples, frames);
  // 0 to 8 kHz of the 12 kHz that the decoded sound has.
  const shown = Math.round((bins * 2) / 3);
  const image = new ImageData(frames, shown);
  const [red, green, blue] = rgb(pen, tone("--lf-ink"));
  for (let frame = 0; frame < frames; frame += 1) {
    for (let bin = 0; bin < shown; bin += 1) {
      image.data.set([red, green, blue, 255 * levels[frame * bins + bin] ** 1.6], 4 * ((shown - 1 - bin) * frames + frame));
    }
  }
  const sheet = new OffscreenCanvas(frames, shown);
  sheet.getContext("2d").putImageData(image, 0, 0);
  pen.drawImage(sheet, 0, WAVE.top, width, WAVE.height);
}

function rgb(pen, colour) {
  pen.fillStyle = colour;
  const hex = pen.fillStyle;
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

function drawWords(view, words) {
  const { pen, x, tone, font } = view;
  pen.textAlign = "center";
  for (const word of words) {
    pen.fillStyle = tone("--lf-edge");
    pen.fillRect(x(word.start), 8, 1.5, SOUND_Y);
    pen.fillRect(x(word.end), 8, 1.5, SOUND_Y);
    pen.fillStyle = tone("--lf-ink");
    pen.font = `600 13px ${font}`;
    pen.fillText(word.text, (x(word.start) + x(word.end)) / 2, WORD_Y, Math.max(10, x(word.end) - x(word.start)));
    for (const sound of word.sounds) drawSound(view, sound);
    for (const syllable of word.syllables) drawStress(view, syllable);
  }
}

function drawSound({ pen, x, tone, font }, sound) {
  if (sound.end <= sound.start) return;
  const colour = tone(TONES[sound.verdict] ?? "--lf-unclear");
  pen.fillStyle = tone("--lf-line");
  pen.fillRect(x(sound.start), WAVE.top, 1, WAVE.height);
  pen.fillStyle = colour;
  pen.font = `${sound.verdict === "good" ? "" : "700 "}13px ${font}`;
  pen.fillText(sound.ipa, (x(sound.start) + x(sound.end)) / 2, SOUND_Y);
  if (sound.verdict === "good") return;
  pen.globalAlpha = 0.16;
  pen.fillRect(x(sound.start), WAVE.top, x(sound.end) - x(sound.start), WAVE.height);
  pen.globalAlpha = 1;
  pen.fillRect(x(sound.start) + 1, SOUND_Y + 4, x(sound.end) - x(sound.start) - 2, 2.5);
}

// A ring where the stress belongs, a disc where it was heard: a full ring is right.
function drawStress({ pen, x, tone }, { start, end, isAsked, isHeard }) {
  if (!isAsked && !isHeard) return;
  const colour = tone(isAsked === isHeard ? "--lf-good" : "--lf-nearly");
  pen.beginPath();
  pen.arc((x(start) + x(end)) / 2, 11, 5, 0, 2 * Math.PI);
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = 1.8;
  if (isAsked) pen.stroke();
  pen.beginPath();
  pen.arc((x(start) + x(end)) / 2, 11, isAsked ? 2.8 : 4, 0, 2 * Math.PI);
  if (isHeard) pen.fill();
}

function drawMelodies(view, reading, example) {
  const { pen, tone, width } = view;
  pen.fillStyle = tone("--lf-sunken");
  pen.fillRect(0, MELODY.top, width, MELODY.height);
  if (example?.pcm) drawMelody(view, warped(melodyOf(example.pitch), example, reading), { colour: tone("--lf-edge"), dash: [5, 4], thickness: 2 });
  if (reading.pitch) drawMelody(view, melodyOf(reading.pitch), { colour: tone("--lf-brand"), dash: [], thickness: 2.6 });
}

// Lines in semitones around each voice's own middle, so that a low and a high voice can be compared.
function drawMelody({ pen, x }, points, { colour, dash, thickness }) {
  pen.strokeStyle = colour;
  pen.lineWidth = thickness;
  pen.lineJoin = pen.lineCap = "round";
  pen.setLineDash(dash);
  pen.beginPath();
  let isOpen = false;
  for (const { time, semitones } of points) {
    if (semitones === null) {
      isOpen = false;
      continue;
    }
    const height = Math.max(-1, Math.min(1, semitones / SEMITONES));
    const y = MELODY.top + (MELODY.height / 2) * (1 - height * 0.92);
    if (isOpen) pen.lineTo(x(time), y);
    else pen.moveTo(x(time), y);
    isOpen = true;
  }
  pen.stroke();
  pen.setLineDash([]);
}
