// Brings the parts of the page to life. Each part calls this with what Gradio gives it, in any order.
import { connectFooter } from "./footer.js";
import { connectHeader } from "./header.js";
import { connectJourney } from "./journey.js";
import { connectListen } from "./listen.js";
import { connectMessage } from "./message.js";
import { connectRecorder } from "./recorder.js";
import { connectResult } from "./result.js";
import { connectShelf } from "./shelf.js";
import { connectSounds } from "./sounds.js";
import { readStrings } from "./strings.js";

const PARTS = {
  header: connectHeader,
  shelf: connectShelf,
  listen: connectListen,
  recorder: connectRecorder,
  message: connectMessage,
  journey: connectJourney,
  result: connectResult,
  progress: connectSounds,
  footer: connectFooter,
};

// The strings come with the footer, which may be the last part to appear.
const stringsReady = new Promise((resolve) => {
  const look = () => (document.querySelector("#lf-strings") ? resolve(readStrings()) : requestAnimationFrame(look));
  look();
});

export async function connect(name, part) {
  await stringsReady;
  PARTS[name](part);
}
