// A number with two buttons. Arrows turn by one step, Page keys by ten, Home and
// End go to the bounds. Each turn fires "input" at once and "change" for htmx.
import { fresh } from "./dom.js";

const PAGE = 10;

function bounds(input) {
  return {
    least: input.min === "" ? -Infinity : Number(input.min),
    most: input.max === "" ? Infinity : Number(input.max),
    step: Number(input.step) || 1,
  };
}

function show(stepper, input) {
  const { least, most } = bounds(input);
  for (const button of stepper.querySelectorAll("[data-step]")) {
    const turn = Number(button.dataset.step);
    button.disabled = input.disabled || (turn < 0 ? Number(input.value) <= least : Number(input.value) >= most);
  }
}

function set(stepper, input, wanted) {
  const { least, most } = bounds(input);
  if (!Number.isFinite(wanted)) return;
  const value = String(Math.min(most, Math.max(least, Math.round(wanted))));
  if (value === input.value) return;
  input.value = value;
  show(stepper, input);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function turnFor(key, input) {
  const { least, most, step } = bounds(input);
  const value = Number(input.value) || 0;
  switch (key) {
    case "ArrowUp": return value + step;
    case "ArrowDown": return value - step;
    case "PageUp": return value + PAGE * step;
    case "PageDown": return value - PAGE * step;
    case "Home": return least;
    case "End": return most;
    default: return null;
  }
}

export function enhance(root) {
  for (const stepper of fresh(root, "[data-stepper]", "stepper")) {
    const input = stepper.querySelector("input");
    input.addEventListener("keydown", (event) => {
      const wanted = turnFor(event.key, input);
      if (wanted === null) return;
      event.preventDefault();
      set(stepper, input, wanted);
    });
    // What was typed is brought inside the bounds before anyone else hears of it.
    input.addEventListener("change", () => {
      const { least, most } = bounds(input);
      const typed = input.value === "" ? least : Number(input.value);
      if (Number.isFinite(typed)) input.value = String(Math.min(most, Math.max(least, Math.round(typed))));
      show(stepper, input);
    }, { capture: true });
    input.addEventListener("input", () => show(stepper, input));
    for (const button of stepper.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => set(stepper, input, (Number(input.value) || 0) + Number(button.dataset.step)));
    }
    show(stepper, input);
  }
}
