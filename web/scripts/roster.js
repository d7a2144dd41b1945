// The roster: choosing everybody at once, telling how many are chosen, printing.
const form = document.querySelector("form[data-choose]");

function connect() {
  const boxes = [...form.querySelectorAll("input[name=person]")];
  const all = form.querySelector("[data-all]");
  const told = form.querySelector("[data-chosen]");
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    told.textContent = told.dataset.chosen.replace("#", chosen);
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  tell();
}

if (form) connect();

const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
