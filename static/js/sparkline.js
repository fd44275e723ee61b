// <span class="sparkline" role="img" aria-label="..." data-values="0,3,5">: bars as SVG.
import { fresh } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 96;
const HEIGHT = 20;
const GAP = 2;

function bar(value, index, count, most) {
  const rect = document.createElementNS(SVG, "rect");
  const width = (WIDTH - GAP * (count - 1)) / count;
  const height = value > 0 ? Math.max(3, (value / most) * HEIGHT) : 2;
  const box = { x: index * (width + GAP), y: HEIGHT - height, width, height, rx: 1 };
  for (const [name, amount] of Object.entries(box)) rect.setAttribute(name, amount.toFixed(2));
  if (value <= 0) rect.setAttribute("class", "none");
  return rect;
}

export function enhance(root) {
  for (const place of fresh(root, ".sparkline[data-values]", "sparkline")) {
    const values = place.dataset.values.split(",").map(Number);
    const most = Math.max(Number(place.dataset.max) || 0, ...values, 1);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("aria-hidden", "true");
    svg.append(...values.map((value, index) => bar(value, index, values.length, most)));
    place.replaceChildren(svg);
  }
}
