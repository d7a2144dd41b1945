// Exercise picker: a native list, so that phones, keyboards and screen readers show their own.
const list = () => element.querySelector("#lf-pick");

element.addEventListener("change", (event) => {
  if (event.target === list() && list().value) trigger("pick", { text: list().value });
});

element.addEventListener("click", (event) => {
  if (!event.target.closest("[data-act=another]")) return;
  const choices = list().options.length;
  list().selectedIndex = (list().selectedIndex % (choices - 1)) + 1;
  trigger("pick", { text: list().value });
});
