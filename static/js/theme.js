// The theme the reader chose, kept in this browser. "system" stores nothing.
import { fresh } from "./dom.js";

const KEY = "theme";

function stored() {
  try {
    return localStorage.getItem(KEY) ?? "system";
  } catch {
    return "system";
  }
}

function apply(choice) {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
  document.dispatchEvent(new CustomEvent("themechange"));
}

function choose(choice) {
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Without storage the choice lasts for this page.
  }
  apply(choice);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(stored()));
addEventListener("storage", (event) => event.key === KEY && apply(stored()));

export function enhance(root) {
  const buttons = fresh(root, "[data-theme-choice]", "theme");
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === stored()));
    button.addEventListener("click", () => choose(button.dataset.themeChoice));
  }
}
