// Sound in this page: the learner's recordings, which stay here, and the one player for all that is heard.
import { newKey } from "./key.js";

const RATE_HZ = 24000;
const KEPT_CLIPS = 4;
const BETWEEN_S = 0.35;
const clips = new Map();
let player = null;
let playing = null;

// Keeps a recording under a name of its own; only the newest few stay in memory.
export function keepClip(blob, seconds) {
  const clip = { key: newKey(), blob, seconds, remote: null, pcm: null };
  clips.set(clip.key, clip);
  for (const key of [...clips.keys()].slice(0, -KEPT_CLIPS)) clips.delete(key);
  return clip;
}

export const clipOf = (key) => clips.get(key);

export async function pcmOf(clip) {
  clip.pcm ??= await decode(clip.blob);
  return clip.pcm;
}

export async function decode(blob) {
  return new OfflineAudioContext(1, 1, RATE_HZ).decodeAudioData(await blob.arrayBuffer());
}

// iOS lets a page play later what it began to play during a touch: the same element is used for everything.
function unlock() {
  if (player) return;
  player = new Audio();
  player.className = "lf-voice";
  player.src = URL.createObjectURL(wavOf([new Float32Array(16)]));
  player.play().catch(() => {});
  document.body.append(player);
}

// Plays spans {pcm, start, end} (seconds) one after another; `spans` may be a promise, so that a touch can start it.
export async function play(spans, { rate = 1, button = null } = {}) {
  unlock();
  stop();
  const turn = { button };
  playing = turn;
  button?.classList.add("lf-playing");
  try {
    const parts = (await spans).map(samplesOf);
    if (playing !== turn) return;
    const pause = new Float32Array(RATE_HZ * BETWEEN_S);
    turn.url = URL.createObjectURL(wavOf(parts.flatMap((part, index) => (index ? [pause, part] : [part]))));
    player.src = turn.url;
    player.preservesPitch = player.webkitPreservesPitch = true;
    player.playbackRate = player.defaultPlaybackRate = rate;
    player.onended = () => playing === turn && stop();
    await player.play();
  } catch (error) {
    if (playing === turn) stop();
    if (error.name !== "AbortError") throw error;
  }
}

export function stop() {
  if (!playing) return;
  player.pause();
  playing.button?.classList.remove("lf-playing");
  if (playing.url) URL.revokeObjectURL(playing.url);
  playing = null;
}

function samplesOf({ pcm, start = 0, end = pcm.duration }) {
  const from = Math.max(0, Math.floor(start * pcm.sampleRate));
  return pcm.getChannelData(0).subarray(from, Math.min(pcm.length, Math.ceil(end * pcm.sampleRate)));
}

// 16-bit WAV: unlike a live recording it can be slowed down without a change of pitch.
function wavOf(parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const view = new DataView(new ArrayBuffer(44 + length * 2));
  const ascii = (offset, text) => [...text].forEach((letter, index) => view.setUint8(offset + index, letter.charCodeAt(0)));
  ascii(0, "RIFF");
  ascii(8, "WAVEfmt ");
  ascii(36, "data");
  view.setUint32(4, 36 + length * 2, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE_HZ, true);
  view.setUint32(28, RATE_HZ * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  view.setUint32(40, length * 2, true);
  let offset = 44;
  for (const part of parts) {
    for (const sample of part) {
      view.setInt16(offset, Math.max(-1, Math.min(1, sample)) * 32767, true);
      offset += 2;
    }
  }
  return new Blob([view], { type: "audio/wav" });
}
