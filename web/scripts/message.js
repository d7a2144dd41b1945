// Tells the recorder that a check ended with a message instead of a result.
export function connectMessage({ element, watch }) {
  watch("value", () => {
    const box = element.querySelector(".lf-message");
    if (!box) return;
    const detail = { attempt: Number(box.dataset.attempt), code: box.dataset.code, ok: false };
    document.dispatchEvent(new CustomEvent("lafal:checked", { detail }));
  });
}
