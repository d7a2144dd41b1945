// Names nobody else has. Unlike crypto.randomUUID this also works on pages without https.
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
