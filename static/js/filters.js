// <form method="get" data-filters>: a change applies at once, and only what is
// set stands in the address, so that it can be shared and saved.
import { fresh } from "./dom.js";

export function enhance(root) {
  for (const form of fresh(root, "form[data-filters]", "filters")) {
    form.addEventListener("formdata", ({ formData }) => {
      for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
    });
    form.addEventListener("change", () => form.requestSubmit());
    form.querySelector("[type=submit]")?.classList.add("visually-hidden");
  }
}
