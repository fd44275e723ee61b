// Starts every behaviour and gives it the content that htmx brings in later.
// A behaviour is a module that exports enhance(root); all of them leave a page
// that works without script.
import * as copy from "./copy.js";
import * as dialog from "./dialog.js";
import * as filters from "./filters.js";
import "./board.js";
import "./keys.js";
import * as list from "./list.js";
import * as palette from "./palette.js";
import * as sparkline from "./sparkline.js";
import * as stepper from "./stepper.js";
import * as submit from "./submit.js";
import * as tables from "./tables.js";
import * as tabs from "./tabs.js";
import * as theme from "./theme.js";
import * as times from "./times.js";
import * as toast from "./toast.js";

const behaviours = [copy, dialog, filters, list, palette, sparkline, stepper, submit, tables, tabs, theme, times, toast];

async function enhance(root) {
  for (const behaviour of behaviours) behaviour.enhance(root);
  if (root.matches?.("[data-chart], [data-csv]") || root.querySelector("[data-chart], [data-csv]")) {
    const charts = await import("./charts.js");
    charts.enhance(root);
  }
}

enhance(document.body);
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) enhance(event.detail.elt);
});
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (!event.detail.target?.closest("#panel")) toast.show({ message: document.body.dataset.textError });
  });
}
