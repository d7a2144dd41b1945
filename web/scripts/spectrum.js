// Spectrogram of a stretch of sound: rows of frames, columns of frequencies, 0 (silent) to 1 (loudest).
const WINDOW = 512;
const RANGE_DB = 55;

export function spectrogram(samples, frames) {
  const bins = WINDOW / 2;
  const levels = new Float32Array(frames * bins);
  const shape = Float32Array.from({ length: WINDOW }, (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / (WINDOW - 1)));
  const real = new Float32Array(WINDOW);
  const imaginary = new Float32Array(WINDOW);
  let loudest = -200;
  for (let frame = 0; frame < frames; frame += 1) {
    const centre = Math.round(((frame + 0.5) * samples.length) / frames);
    for (let index = 0; index < WINDOW; index += 1) {
      const at = centre - WINDOW / 2 + index;
      // Pre-emphasis: without it the hiss of s and f, which learners look for, disappears below the vowels.
      const sample = at > 0 && at < samples.length ? samples[at] - 0.95 * samples[at - 1] : 0;
      real[index] = sample * shape[index];
    }
    imaginary.fill(0);
    transform(real, imaginary);
    for (let bin = 0; bin < bins; bin += 1) {
      const level_db = 10 * Math.log10(real[bin] ** 2 + imaginary[bin] ** 2 + 1e-12);
      levels[frame * bins + bin] = level_db;
      loudest = Math.max(loudest, level_db);
    }
  }
  return { bins, levels: levels.map((level_db) => Math.max(0, 1 + (level_db - loudest) / RANGE_DB)) };
}

// Fast Fourier transform in place, radix 2 (Cooley and Tukey, 1965).
function transform(real, imaginary) {
  const size = real.length;
  for (let index = 1, mirrored = 0; index < size; index += 1) {
    let bit = size >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (index < mirrored) [real[index], real[mirrored]] = [real[mirrored], real[index]];
  }
  for (let length = 2; length <= size; length *= 2) {
    const half = length / 2;
    for (let offset = 0; offset < half; offset += 1) {
      const angle = (-2 * Math.PI * offset) / length;
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      for (let even = offset; even < size; even += length) {
        const odd = even + half;
        const re = real[odd] * cosine - imaginary[odd] * sine;
        const im = real[odd] * sine + imaginary[odd] * cosine;
        real[odd] = real[even] - re;
        imaginary[odd] = imaginary[even] - im;
        real[even] += re;
        imaginary[even] += im;
      }
    }
  }
}
