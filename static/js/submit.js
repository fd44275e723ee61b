// A form is sent once, however often it is pressed. The server holds the same by
// an idempotency key; this only spares the reader the doubt.
import { fresh } from "./dom.js";

function buttons(form) {
  return [...form.elements].filter((element) => element.type === "submit");
}

function release(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  for (const button of buttons(form)) {
    button.removeAttribute("aria-disabled");
    button.removeAttribute("aria-busy");
  }
}

addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt?.closest?.("form[data-sent]");
  if (form) release(form);
});

export function enhance(root) {
  for (const form of fresh(root, 'form[method="post" i], form[hx-post]', "submit")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      if (event.defaultPrevented && !form.hasAttribute("hx-post")) return;
      form.dataset.sent = "true";
      form.setAttribute("aria-busy", "true");
      for (const button of buttons(form)) button.setAttribute("aria-disabled", "true");
      event.submitter?.setAttribute("aria-busy", "true");
    }, { capture: true });
  }
}
