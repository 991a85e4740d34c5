// Loaded before the first paint: whoever chose light or dark gets it without a flash of the other.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage can be forbidden; the system's choice holds then.
}
