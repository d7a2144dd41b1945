// Pages of a class at a glance: asks every few seconds whether anything of the class has changed, and if so fetches the
// page again and puts its new parts in the place of the old ones.
const EVERY_MS = 3000;
const pulse = document.querySelector("[data-pulse]");

const parts = (page) => new Map([...page.querySelectorAll("[data-fresh]")].map((part) => [part.dataset.fresh, part]));
const alike = (one, other) => one.tagName === other.tagName && one.getAttribute("href") === other.getAttribute("href") && one.name === other.name;

// What the person did to the old part: where it is scrolled to, what is open, where the focus is.
function carryOver(old, fresh) {
  const before = [...old.querySelectorAll(".lc-table-frame, details")];
  const after = [...fresh.querySelectorAll(".lc-table-frame, details")];
  const scrolled = before.map((box) => [box.scrollLeft, box.scrollTop, box.open]);
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const same = focused && [...fresh.querySelectorAll(focused.tagName)].find((one) => alike(one, focused));
  old.replaceWith(fresh);
  if (before.length === after.length) {
    after.forEach((box, place) => {
      [box.scrollLeft, box.scrollTop] = scrolled[place];
      if (scrolled[place][2]) box.open = true;
    });
  }
  same?.focus({ preventScroll: true });
}

function swap(page) {
  const fresh = parts(page);
  for (const [name, old] of parts(document)) if (fresh.has(name)) carryOver(old, document.adoptNode(fresh.get(name)));
  document.dispatchEvent(new Event("lafal:fresh"));
}

// Answers whether to go on asking: not where somebody was signed out, or the class is no longer theirs.
async function look() {
  const answer = await fetch(pulse.dataset.pulse, { headers: { accept: "application/json" } });
  if (!answer.ok) return answer.status >= 500 || answer.status === 429;
  const now = (await answer.json()).pulse;
  if (now === pulse.dataset.now) return true;
  const page = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!page.ok || page.redirected) return page.status >= 500;
  swap(new DOMParser().parseFromString(await page.text(), "text/html"));
  pulse.dataset.now = now;
  return true;
}

async function watch() {
  let goOn = true;
  while (goOn) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    // Without a network the next round asks again.
    if (!document.hidden) goOn = await look().catch(() => true);
  }
}

if (pulse) watch();
