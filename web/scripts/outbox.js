// Sends takes to the server, one at a time, and again until it has said that it keeps them. The key of a take stays
// the same, so that one whose answer got lost is still kept only once.
import { send } from "./send.js";
import { dropTake, storedTakes, storeTake } from "./stored_takes.js";

const TRY_AGAIN_S = 15;
// What sending again does not change: the file, or the attempt it is for.
const FINAL = [400, 404, 409, 413, 415, 422];

export async function openOutbox({ owner, assignment, attemptKey, submission, onChange, onKept, onBegun }) {
  let takes = await storedTakes(owner, assignment);
  let isBusy = false;
  let timer = 0;
  let sentBytes = 0;

  const of = (item) => takes.find((take) => take.item === item && take.attemptKey === attemptKey);

  async function add({ key, item, blob, seconds }) {
    const replaced = of(item);
    const take = { key, owner, assignment, attemptKey, item, blob, seconds, madeMs: Date.now(), refusal: null };
    takes = [...takes.filter((one) => one !== replaced), take];
    take.isStored = await storeTake(take);
    if (replaced) await dropTake(replaced.key);
    onChange();
    work();
  }

  async function work() {
    if (isBusy) return;
    isBusy = true;
    clearTimeout(timer);
    let pauseS = 0;
    for (let take = next(); take && !pauseS; take = next()) pauseS = await deliver(take);
    isBusy = false;
    if (pauseS) timer = setTimeout(work, pauseS * 1000);
  }

  const next = () => takes.find((take) => !take.refusal);

  // Gives seconds to wait before the next try; 0 when this take is done with.
  async function deliver(take) {
    Object.assign(take, { isSending: true, trouble: null });
    onChange();
    try {
      const attempt = await attemptOf(take);
      const answer = await send(`/api/v1/submissions/${attempt}/items/${take.item}/recording?key=${take.key}`, take.blob, { method: "PUT" });
      sentBytes += take.blob.size;
      const isCurrent = of(take.item) === take;
      await forget(take);
      if (isCurrent) onKept(take, answer);
      return 0;
    } catch (error) {
      take.isSending = false;
      if (FINAL.includes(error.status)) await refuse(take, error.message);
      else take.trouble = error.status ? error.message : null;
      return take.refusal || !takes.includes(take) ? 0 : (error.retryAfterS ?? TRY_AGAIN_S);
    } finally {
      onChange();
    }
  }

  // The first take of an attempt begins it.
  async function attemptOf(take) {
    if (take.attemptKey === attemptKey && submission) return submission;
    const begun = await send(`/api/v1/homework/${assignment}/attempts`, { key: take.attemptKey });
    if (take.attemptKey === attemptKey) onBegun((submission = begun.id));
    return begun.id;
  }

  async function refuse(take, message) {
    // What was meant for an attempt before this one has no place on the page.
    if (take.attemptKey !== attemptKey) await forget(take);
    else await storeTake(Object.assign(take, { refusal: message, isSending: false }));
  }

  async function forget(take) {
    takes = takes.filter((one) => one !== take);
    await dropTake(take.key);
  }

  window.addEventListener("online", work);
  document.addEventListener("visibilitychange", () => !document.hidden && work());

  return {
    add,
    of,
    work,
    sentBytes: () => sentBytes,
    waiting: () => takes.filter((take) => !take.refusal),
  };
}
