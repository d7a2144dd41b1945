// Sends something to our own server in the name of whoever is signed in.
const csrf = () => document.querySelector("meta[name=csrf]").content;

/** Posts JSON, or a Blob as it is; gives the answer's JSON, or throws an Error with what to tell the person. */
export async function send(path, body, { method = "POST", headers = {} } = {}) {
  const isBlob = body instanceof Blob;
  const type = isBlob ? body.type || "application/octet-stream" : "application/json";
  const answer = await fetch(path, {
    method,
    headers: { "X-CSRF-Token": csrf(), "Content-Type": type, Accept: "application/json", ...headers },
    body: isBlob ? body : JSON.stringify(body ?? {}),
  });
  const content = await answer.json().catch(() => ({}));
  if (answer.ok) return content;
  const retryAfterS = Number(answer.headers.get("Retry-After")) || null;
  const message = `${content.message ?? ""} ${content.remedy ?? ""}`.trim();
  throw Object.assign(new Error(message), { code: content.code, status: answer.status, retryAfterS });
}
