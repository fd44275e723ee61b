// Instants in the reader's own time zone and language. The server's text, in the
// organization's zone, stays when there is no script; data-zone="kept" keeps it always.
import { fresh } from "./dom.js";

const FORMATS = {
  date: { dateStyle: "long" },
  time: { timeStyle: "short" },
  datetime: { dateStyle: "medium", timeStyle: "short" },
};

export function enhance(root) {
  const language = document.documentElement.lang || undefined;
  for (const element of fresh(root, "time[datetime*='T']", "times")) {
    const instant = new Date(element.dateTime);
    if (Number.isNaN(instant.valueOf()) || element.dataset.zone === "kept") continue;
    const format = FORMATS[element.dataset.format] ?? FORMATS.datetime;
    element.textContent = new Intl.DateTimeFormat(language, format).format(instant);
    element.title = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" }).format(instant);
  }
}
