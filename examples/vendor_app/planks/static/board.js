// Reports what happens in the page alone: which cards somebody looks at closely.
import { createHeadroom } from "/headroom.js";

const { url, member } = document.body.dataset;
const headroom = createHeadroom({
  url,
  member,
  every: 1000,
  token: () => fetch("/headroom-token").then((answer) => answer.json()),
});
const said = document.querySelector("[data-said]");
let used = 0;

async function report(feature) {
  headroom.track(feature);
  used += 1;
  await headroom.flush();
  said.textContent = `${used} reported by this page, ${headroom.pending()} waiting`;
}

document.querySelector("[data-zoom]").addEventListener("click", (press) => {
  const isWide = document.querySelector(".columns").classList.toggle("wide");
  press.target.setAttribute("aria-pressed", String(isWide));
  report("board.zoom");
});
