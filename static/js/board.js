// Cards of a board are dragged to another column, or moved there with the arrow keys: dropping
// presses the card's own button or link for that column, so that both ways do the same.
//   <section data-board>  <div data-column="state">  <article data-card tabindex="0">
//   in the card: <button data-to="state"> or <a data-to="state">
function press(card, state) {
  card.querySelector(`[data-to="${CSS.escape(state)}"]`)?.click();
}

let dragged = null;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-card]") ?? null;
  if (dragged) event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const column = event.target.closest?.("[data-column]");
  if (dragged && column) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const column = event.target.closest?.("[data-column]");
  if (!dragged || !column) return;
  event.preventDefault();
  if (!column.contains(dragged)) press(dragged, column.dataset.column);
  dragged = null;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (!event.target.matches?.("[data-card]")) return;
  const columns = [...event.target.closest("[data-board]").querySelectorAll("[data-column]")];
  const at = columns.indexOf(event.target.closest("[data-column]"));
  const wanted = columns[at + (event.key === "ArrowRight" ? 1 : -1)];
  if (!wanted) return;
  event.preventDefault();
  press(event.target, wanted.dataset.column);
});
