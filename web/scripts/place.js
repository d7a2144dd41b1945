// How many readings are before one that waits to be judged.
import { number, say } from "./strings.js";

export const LOOK_EVERY_MS = 1500;

/** Asks the server; null where it does not answer. */
export function placeOf(recording) {
  return fetch(`/api/v1/recordings/${recording}/place`).then((answer) => answer.json()).catch(() => null);
}

export const placeFacts = ({ before, seconds }) => ({ before: number(before), seconds: number(Math.ceil(seconds)) });

/** Says where a reading stands, or what is said while it is being judged. */
export function sayPlace(place, judging) {
  return place?.before ? say("recorder.waiting", placeFacts(place)) : say(judging);
}
