// On a narrow screen a bar of tabs is pushed sideways: begin with the current one in view.
export function enhance(root) {
  for (const tab of root.querySelectorAll(".tabs [aria-current]")) {
    const bar = tab.closest(".tabs");
    bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  }
}
