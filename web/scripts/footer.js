// Footer: the switch between light and dark, and the page's sentences for scripts, which a new language brings along.
import { readStrings } from "./strings.js";

const THEME = "lafal.theme";

const isDark = () => document.body.classList.contains("dark");

export function connectFooter({ element, watch }) {
  const chosen = localStorage.getItem(THEME);
  if (chosen) useTheme(chosen === "dark");

  function useTheme(dark) {
    document.body.classList.toggle("dark", dark);
    document.dispatchEvent(new CustomEvent("lafal:theme"));
  }

  element.addEventListener("click", (event) => {
    if (!event.target.closest("[data-act=theme]")) return;
    useTheme(!isDark());
    localStorage.setItem(THEME, isDark() ? "dark" : "light");
  });
  watch("value", readStrings);
}
