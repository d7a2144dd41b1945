// The microphone as it is: without the browser's own filters, which would change what is judged.
const CONSTRAINTS = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
const FILTERS = ["echoCancellation", "noiseSuppression", "autoGainControl"];
const FORMATS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_PER_S = 96000;
const TROUBLES = {
  NotAllowedError: "recorder.denied",
  SecurityError: "recorder.denied",
  NotFoundError: "recorder.no_device",
  OverconstrainedError: "recorder.no_device",
  NotReadableError: "recorder.in_use",
  AbortError: "recorder.in_use",
};

// Why no recording is possible here, as a key of the catalogue; null when it is.
export function obstacle() {
  if (!window.isSecureContext) return "recorder.insecure";
  return navigator.mediaDevices && window.MediaRecorder && window.AudioContext ? null : "recorder.no_recorder";
}

export const troubleOf = (error) => TROUBLES[error.name] ?? "recorder.microphone_failed";

// Opens the microphone; `onLost` is called when it is pulled out, taken by a call, or the page goes to sleep.
export async function openMicrophone(onLost) {
  // Safari keeps the sound in the earpiece unless told what the page is doing.
  if (navigator.audioSession) navigator.audioSession.type = "play-and-record";
  const stream = await navigator.mediaDevices.getUserMedia({ audio: CONSTRAINTS });
  const context = new AudioContext();
  // Safari starts it suspended; without this the meter stays flat.
  context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const [track] = stream.getAudioTracks();
  track.onended = track.onmute = onLost;
  const samples = new Float32Array(analyser.fftSize);
  return {
    stream,
    isFiltered: FILTERS.some((name) => track.getSettings?.()[name] === true),
    peak() {
      analyser.getFloatTimeDomainData(samples);
      return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    },
    close() {
      track.onended = track.onmute = null;
      stream.getTracks().forEach((one) => one.stop());
      context.close();
      if (navigator.audioSession) navigator.audioSession.type = "playback";
    },
  };
}

// Records from an open microphone until `stop`, which resolves to {blob, seconds}.
export function startRecording(microphone) {
  const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
  const recorder = new MediaRecorder(microphone.stream, { mimeType, audioBitsPerSecond: BITS_PER_S });
  const chunks = [];
  const startedMs = performance.now();
  const ended = new Promise((resolve) => {
    recorder.ondataavailable = (event) => chunks.push(event.data);
    recorder.onstop = () => resolve({ blob: new Blob(chunks, { type: recorder.mimeType }), seconds: (performance.now() - startedMs) / 1000 });
  });
  recorder.start();
  return {
    seconds: () => (performance.now() - startedMs) / 1000,
    stop() {
      if (recorder.state !== "inactive") recorder.stop();
      return ended;
    },
  };
}
