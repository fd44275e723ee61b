// The rows of the price designer by keyboard: up and down walk a column, down on the last row adds
// a tier, Alt with Backspace removes the row. Everything computed comes from the server.
import { hasModifier } from "./dom.js";

function step(input, by) {
  const editor = input.closest("[data-tiers]");
  const column = [...editor.querySelectorAll(`input[name="${input.name}"]`)];
  const next = column[column.indexOf(input) + by];
  if (next) {
    next.focus();
    next.select();
  } else if (by > 0) {
    editor.querySelector("[data-tier-add]").click();
  }
}

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.closest("[data-tiers]")) return;
  if (event.altKey && event.key === "Backspace") {
    event.preventDefault();
    input.closest("tr").querySelector("[data-tier-remove]:not(:disabled)")?.click();
    return;
  }
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || hasModifier(event)) return;
  event.preventDefault();
  step(input, by);
});
