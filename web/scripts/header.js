// Header: the language, which changes without touching anything else, and is remembered.
const YEAR_S = 365 * 24 * 3600;

export function connectHeader({ element, trigger, watch }) {
  function paint() {
    document.documentElement.lang = element.querySelector("[aria-pressed=true]").dataset.language;
  }

  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-language]");
    if (!button) return;
    const { language } = button.dataset;
    document.cookie = `lafal_language=${language}; path=/; max-age=${YEAR_S}; samesite=strict`;
    // A reload asks "/" again, which then leads to the language just chosen.
    history.replaceState(null, "", `/${location.hash}`);
    trigger("switch", { language });
  });
  watch("value", paint);
  paint();
}
