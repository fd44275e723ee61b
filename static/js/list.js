// j and k walk a list of links, enter follows them (the browser does that).
//   <ul data-list-keys>            moves the focus
//   <ul data-list-keys="follow">   also opens what is reached, for a list beside its detail
import { fresh, hasModifier, isTyping } from "./dom.js";

function links(list) {
  return [...list.querySelectorAll("a[href]:is([data-list-item], .list-link, tbody th a)")];
}

function markCurrent(list, link) {
  for (const other of links(list)) {
    if (other === link) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
}

document.addEventListener("keydown", (event) => {
  if ((event.key !== "j" && event.key !== "k") || hasModifier(event) || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const list = event.target.closest("[data-list-keys]") ?? document.querySelector("[data-list-keys]");
  const all = list ? links(list) : [];
  if (all.length === 0) return;
  const at = Math.max(all.indexOf(document.activeElement), all.findIndex((link) => link.hasAttribute("aria-current")));
  const here = all.indexOf(document.activeElement) >= 0 ? all.indexOf(document.activeElement) : at;
  const next = all[Math.min(all.length - 1, Math.max(0, here + (event.key === "j" ? 1 : -1)))];
  event.preventDefault();
  next.focus();
  if (list.dataset.listKeys === "follow") next.click();
});

export function enhance(root) {
  for (const list of fresh(root, "[data-list-keys='follow']", "list")) {
    list.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (link && links(list).includes(link)) markCurrent(list, link);
    });
  }
}
