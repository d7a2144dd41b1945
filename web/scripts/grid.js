// The grid of marks: one cell is in the order of the Tab key, and the arrow keys go from cell to cell.
let rows = [];
let cells = [];

const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0], PageDown: [10, 0], PageUp: [-10, 0] };
const within = (place, length) => Math.min(length - 1, Math.max(0, place));

function choose(cell, { focus = true } = {}) {
  for (const other of cells) other.tabIndex = other === cell ? 0 : -1;
  if (!focus) return;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function target(event, row, column) {
  if (event.key === "Home") return [event.ctrlKey ? 0 : row, 0];
  if (event.key === "End") return [event.ctrlKey ? rows.length - 1 : row, rows[row].length - 1];
  const step = STEPS[event.key];
  return step && [within(row + step[0], rows.length), within(column + step[1], rows[row].length)];
}

document.addEventListener("keydown", (event) => {
  const row = rows.findIndex((one) => one.includes(event.target));
  if (row < 0 || event.altKey || event.metaKey) return;
  const place = target(event, row, rows[row].indexOf(event.target));
  if (!place) return;
  event.preventDefault();
  choose(rows[place[0]][place[1]]);
});

document.addEventListener("focusin", (event) => {
  if (cells.includes(event.target)) choose(event.target, { focus: false });
});

// Once, and whenever fresh.js has put another grid in the place of this one.
function connect() {
  const grid = document.querySelector(".mk-grid");
  rows = grid ? [...grid.tBodies[0].rows].map((row) => [...row.querySelectorAll("[data-cell]")]) : [];
  cells = rows.flat();
  const first = cells.find((cell) => cell === document.activeElement) ?? cells.find((cell) => cell.href) ?? cells[0];
  if (first) choose(first, { focus: false });
}

document.addEventListener("lafal:fresh", connect);
connect();
