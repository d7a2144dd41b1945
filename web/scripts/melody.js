// Pitch lines that can be laid over one another.

// Points {time, semitones} around the voice's own median; null semitones where there is no voice.
export function melodyOf({ period_s, hz }) {
  const voiced = hz.filter((value) => value !== null).sort((one, other) => one - other);
  const middle = voiced[Math.floor(voiced.length / 2)] ?? 1;
  return hz.map((value, index) => ({ time: index * period_s, semitones: value === null ? null : 12 * Math.log2(value / middle) }));
}

// The model's points moved to when the learner said the same: straight lines between the boundaries both readings share.
export function warped(points, example, reading) {
  const anchors = sharedBoundaries(example, reading);
  if (anchors.length < 2) return [];
  return points
    .filter(({ time }) => time >= anchors[0][0] && time <= anchors.at(-1)[0])
    .map(({ time, semitones }) => ({ time: interpolate(anchors, time), semitones }));
}

function sharedBoundaries(example, reading) {
  const anchors = [];
  for (const word of reading.words) {
    const model = example.words.find((one) => one.char_start === word.char);
    if (!model || word.end <= word.start) continue;
    const sounds = word.sounds.filter((sound) => sound.verdict !== "extra");
    const isSame = sounds.length === model.phones.length && sounds.every((sound) => sound.end > sound.start);
    if (isSame) sounds.forEach((sound, index) => anchors.push([model.phones[index].start_s, sound.start]));
    else anchors.push([model.start_s, word.start]);
    anchors.push([model.end_s, word.end]);
  }
  return anchors.reduce((kept, anchor) => {
    const [time, own] = kept.at(-1) ?? [-1, -1];
    return anchor[0] > time && anchor[1] >= own ? [...kept, anchor] : kept;
  }, []);
}

function interpolate(anchors, time) {
  const next = Math.max(1, anchors.findIndex(([theirs]) => theirs >= time));
  const [[theirs0, own0], [theirs1, own1]] = [anchors[next - 1], anchors[next]];
  return own0 + ((time - theirs0) / (theirs1 - theirs0)) * (own1 - own0);
}
