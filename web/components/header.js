// Language switch: tells the page's handler, remembers the choice, and keeps everything else as it is.
const YEAR_S = 365 * 24 * 3600;

function speakLanguage(language) {
  document.documentElement.lang = language;
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-language]");
  if (!button) return;
  const language = button.dataset.language;
  document.cookie = `lafal_language=${language}; path=/; max-age=${YEAR_S}; samesite=strict`;
  // A reload asks "/" again, which then leads to the language just chosen.
  history.replaceState(null, "", "/");
  trigger("switch", { language });
});

watch("value", () => speakLanguage(element.querySelector("[aria-pressed=true]").dataset.language));
speakLanguage(element.querySelector("[aria-pressed=true]").dataset.language);
