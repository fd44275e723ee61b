// Dialogs and the side panel, on the native <dialog>: it holds the focus, closes
// on Escape and gives the focus back.
//   <a href="/seats/add/" data-panel>      opens that address in the panel
//   <button data-dialog="id">              opens <dialog id="id">
//   <button data-close>                    closes the dialog around it
// The server closes the panel with the header  HX-Trigger: panel:close
import { fresh, hasModifier } from "./dom.js";

const panel = document.getElementById("panel");
const content = document.getElementById("panel-content");

function openPanel(address) {
  content.replaceChildren(document.getElementById("panel-loading").content.cloneNode(true));
  if (!panel.open) panel.showModal();
  window.htmx.ajax("GET", address, { target: "#panel-content", swap: "innerHTML" });
}

function showFailure() {
  content.replaceChildren(document.getElementById("panel-failed").content.cloneNode(true));
  enhance(content);
}

if (panel) {
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== content) return;
    if (!panel.open) panel.showModal();
    const first = content.querySelector("[autofocus], [aria-invalid=true]") ?? content.querySelector("h2");
    if (first?.tagName === "H2") first.tabIndex = -1;
    first?.focus({ preventScroll: true });
  });
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => event.detail.target === content && showFailure());
  }
  document.addEventListener("panel:close", () => panel.close());
  panel.addEventListener("close", () => content.replaceChildren());
}

function isOutside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

export function enhance(root) {
  for (const link of fresh(root, "a[data-panel]", "dialog")) {
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", (event) => {
      if (!panel || !window.htmx || hasModifier(event)) return;
      event.preventDefault();
      openPanel(link.href);
    });
  }
  for (const button of fresh(root, "[data-dialog]", "dialog")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.dialog).showModal());
  }
  for (const button of fresh(root, "[data-close]", "dialog")) {
    button.addEventListener("click", (event) => {
      const dialog = button.closest("dialog");
      if (!dialog) return;
      event.preventDefault();
      dialog.close();
    });
  }
  for (const dialog of fresh(root, "dialog", "dialog")) {
    // A press that began inside (selecting text) and ended outside is not a wish to close.
    dialog.addEventListener("pointerdown", (event) => {
      if (event.target === dialog && isOutside(dialog, event)) dialog.close();
    });
  }
}
