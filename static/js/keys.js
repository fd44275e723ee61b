// A key presses the button that names it: <button data-key="s">. Not while somebody types, nor
// with a modifier, nor under an open dialog.
import { isTyping } from "./dom.js";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const wanted = [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key === event.key);
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
  wanted.click();
});
