// A recording that waits for its verdict outlives the page: Gradio loads the page anew after the server was away. It
// is kept for this tab alone, and only until it is judged.
const KEY = "lafal.waiting";
const MOST_BYTES = 3_000_000; // browsers keep some five million characters, and the bytes grow by a third

export async function lockAway({ blob, seconds }, text) {
  if (blob.size > MOST_BYTES) return;
  const bytes = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ bytes, seconds, text }));
  } catch {
    // Too large for the browser's store, or none in a private window: then only this page has it.
  }
}

export function clearVault() {
  sessionStorage.removeItem(KEY);
}

// The recording that a page before this one could not get judged, as {blob, seconds, text}, or null.
export function takeBack() {
  const kept = sessionStorage.getItem(KEY);
  clearVault();
  if (!kept) return null;
  const { bytes, seconds, text } = JSON.parse(kept);
  const [head, body] = bytes.split(",");
  const type = head.slice("data:".length, head.lastIndexOf(";"));
  return { blob: new Blob([Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))], { type }), seconds, text };
}
