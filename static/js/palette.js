// Ctrl or Cmd and K: one search over everything. htmx loads the results into the
// dialog; arrows walk them, typing goes on in the field, enter opens.
import { fresh, hasModifier, isTyping } from "./dom.js";

const palette = document.getElementById("palette");

function open() {
  if (!palette.open) palette.showModal();
  palette.querySelector("input").select();
}

function walk(event) {
  const field = palette.querySelector("input");
  const links = [...palette.querySelectorAll("#palette-results a[href]")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? field : links[Math.min(next, links.length - 1)] ?? field).focus();
  } else if (event.key === "Enter" && document.activeElement === field) {
    event.preventDefault();
    if (links.length > 0) links[0].click();
    else field.form.requestSubmit();
  } else if (event.key.length === 1 && at >= 0 && !hasModifier(event)) {
    field.focus();
  }
}

if (palette) {
  palette.addEventListener("keydown", walk);
  document.addEventListener("keydown", (event) => {
    const combined = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && !hasModifier(event) && !isTyping(event.target);
    if (!combined && !slash) return;
    event.preventDefault();
    open();
  });
}

export function enhance(root) {
  if (!palette) return;
  for (const link of fresh(root, "[data-palette]", "palette")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      open();
    });
  }
}
