// Small comforts. Every page works without this file.

const root = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

function themeInForce() {
  return root.dataset.theme || (systemIsDark.matches ? "dark" : "light");
}

function switchTheme(button) {
  const next = themeInForce() === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  button.setAttribute("aria-pressed", String(next === "dark"));
  try {
    localStorage.setItem("theme", next);
  } catch {
    // Storage can be forbidden; the choice then lasts as long as this page.
  }
}

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.hidden = false;
  button.setAttribute("aria-pressed", String(themeInForce() === "dark"));
  button.addEventListener("click", () => switchTheme(button));
}

// Copy buttons: <button data-copy="id of the element" data-done="Copied" hidden>
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2500);
  });
}

// "Select all" boxes: <input type="checkbox" data-selects="name of the boxes" hidden>
for (const box of document.querySelectorAll("[data-selects]")) {
  const others = () => [...box.form.elements].filter((each) => each.name === box.dataset.selects);
  box.hidden = false;
  box.addEventListener("change", () => others().forEach((each) => { each.checked = box.checked; }));
  box.form.addEventListener("change", (change) => {
    if (change.target === box) return;
    const marked = others().filter((each) => each.checked).length;
    box.checked = marked > 0 && marked === others().length;
    box.indeterminate = marked > 0 && marked < others().length;
  });
}

// After a refused form the cursor stands in the first field that has to be mended.
document.querySelector('main [aria-invalid="true"]')?.focus();

// Selects that act at once: <select data-submits>; the form keeps its button for everybody else.
for (const select of document.querySelectorAll("select[data-submits]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// A search keeps its address short: what was left empty is not sent.
for (const form of document.querySelectorAll("form[data-tidy]")) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value && name !== "search") formData.delete(name);
  });
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
