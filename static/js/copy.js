// <button data-copy="text"> or <button data-copy-from="id">; data-copy="address" takes the page's own.
import { fresh } from "./dom.js";
import { show } from "./toast.js";

function wanted(button) {
  if (button.dataset.copyFrom) {
    const source = document.getElementById(button.dataset.copyFrom);
    return source.value ?? source.textContent.trim();
  }
  return button.dataset.copy === "address" ? location.href : button.dataset.copy;
}

export function enhance(root) {
  for (const button of fresh(root, "[data-copy], [data-copy-from]", "copy")) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(wanted(button));
      show({ message: document.body.dataset.textCopied });
    });
  }
}
