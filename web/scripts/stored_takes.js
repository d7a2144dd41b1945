// Takes that the server has not acknowledged: they outlive the page, the browser and the battery.
const NAME = "lafal.takes";
const TAKES = "takes";

// The database, or null in a browser that gives none (some private windows).
const opened = new Promise((resolve) => {
  try {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TAKES, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => resolve(null);
  } catch {
    resolve(null);
  }
});

async function run(mode, act) {
  const database = await opened;
  if (!database) throw new Error("IndexedDB");
  return new Promise((resolve, reject) => {
    // What is to be kept is on disk, and not only on its way there, before anybody relies on it.
    const transaction = database.transaction(TAKES, mode, { durability: "strict" });
    const request = act(transaction.objectStore(TAKES));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

// Keeps a take; false where this browser cannot. Old Safari keeps bytes more reliably than blobs.
export async function storeTake({ blob, ...take }) {
  try {
    const bytes = await blob.arrayBuffer();
    await run("readwrite", (takes) => takes.put({ ...take, bytes, type: blob.type }));
    return true;
  } catch {
    return false;
  }
}

export async function dropTake(key) {
  await run("readwrite", (takes) => takes.delete(key)).catch(() => null);
}

// The takes of one learner for one assignment, oldest first: others may use the same phone.
export async function storedTakes(owner, assignment) {
  const all = await run("readonly", (takes) => takes.getAll()).catch(() => []);
  return all
    .filter((take) => take.owner === owner && take.assignment === assignment)
    .sort((one, other) => one.madeMs - other.madeMs)
    .map(({ bytes, type, ...take }) => ({ ...take, blob: new Blob([bytes], { type }) }));
}
