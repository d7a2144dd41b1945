// The frame of classroom pages: theme, and questions before something is deleted.
import { readStrings } from "./strings.js";

const THEME = "lafal.theme";

function useTheme(dark) {
  document.body.classList.toggle("dark", dark);
}

readStrings();
const chosen = localStorage.getItem(THEME);
useTheme(chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);

document.querySelector("[data-act=theme]").addEventListener("click", () => {
  const dark = !document.body.classList.contains("dark");
  useTheme(dark);
  localStorage.setItem(THEME, dark ? "dark" : "light");
});

// A form or button with data-ask does nothing until the person says yes to that sentence.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.ask ?? event.target.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A button with data-copy copies that text.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  document.querySelector("#lf-announcer").textContent = button.dataset.copied ?? "";
});
