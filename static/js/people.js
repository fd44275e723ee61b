// Choosing many people in the table: the bar above counts them and is there when needed.
// htmx replaces the list, so everything is looked up when it happens.

function boxes() {
  return [...document.querySelectorAll('#people-region input[name="person"]')];
}

function count() {
  const form = document.getElementById("bulk");
  if (!form) return;
  const chosen = boxes().filter((box) => box.checked);
  const label = form.querySelector("[data-bulk-count]");
  label.dataset.textNone ??= label.textContent;
  label.textContent = chosen.length === 0 ? label.dataset.textNone
    : chosen.length === 1 ? label.dataset.textOne
    : label.dataset.textMany.replace("{n}", chosen.length);
  for (const button of form.querySelectorAll("button")) button.disabled = chosen.length === 0;
  const all = document.querySelector("[data-bulk-all]");
  all.checked = chosen.length > 0 && chosen.length === boxes().length;
  all.indeterminate = chosen.length > 0 && !all.checked;
  for (const box of boxes()) box.closest("tr").ariaSelected = box.checked ? "true" : null;
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-bulk-all]")) for (const box of boxes()) box.checked = target.checked;
  if (target.matches('[data-bulk-all], input[name="person"]')) count();
});
document.addEventListener("htmx:afterSettle", count);
addEventListener("pageshow", count);
count();
