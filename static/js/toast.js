// Says what happened and offers the way back for ten seconds; the clock stands
// while the pointer or the focus is on it. The server asks for one with
//   HX-Trigger: {"toast": {"message": "...", "undo_url": "/...", "target": "#row-7"}}
// or renders components/toast.html anywhere in its answer.
import { fresh } from "./dom.js";

const SECONDS = 10;
const tray = document.getElementById("toasts");

function button(label, kind) {
  const element = document.createElement("button");
  element.className = `button button-small ${kind}`;
  element.textContent = label;
  return element;
}

function undoForm({ undo_url: address, target }) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  if (target) {
    form.setAttribute("hx-post", address);
    form.setAttribute("hx-target", target);
    form.setAttribute("hx-swap", "outerHTML");
  } else {
    const token = document.createElement("input");
    Object.assign(token, { type: "hidden", name: "csrfmiddlewaretoken", value: document.body.dataset.csrf });
    form.append(token);
  }
  form.append(button(document.body.dataset.textUndo, ""));
  return form;
}

function keepFor(toast, seconds) {
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), seconds * 1000); };
  const stop = () => clearTimeout(timer);
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, stop);
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, start);
  start();
}

export function show(detail) {
  if (!tray || !detail.message) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  const text = document.createElement("p");
  text.textContent = detail.message;
  toast.append(text);
  if (detail.undo_url) {
    const form = undoForm(detail);
    form.addEventListener("submit", () => setTimeout(() => toast.remove()));
    toast.append(form);
  }
  const close = button(document.body.dataset.textClose, "button-quiet");
  close.type = "button";
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  tray.append(toast);
  // Shown again each time: the latest popover lies above an open panel.
  tray.hidePopover?.();
  tray.showPopover?.();
  window.htmx?.process(toast);
  keepFor(toast, SECONDS);
}

document.addEventListener("toast", (event) => show(event.detail));

export function enhance(root) {
  for (const element of fresh(root, "[data-toast]", "toast")) {
    show({ message: element.textContent.trim(), undo_url: element.dataset.undoUrl, target: element.dataset.target });
    element.remove();
  }
}
