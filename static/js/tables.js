// A table wider than its box scrolls there; then the box can be reached and scrolled by keyboard.
import { fresh } from "./dom.js";

const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

export function enhance(root) {
  for (const box of fresh(root, ".table-box", "tables")) observer.observe(box);
}
