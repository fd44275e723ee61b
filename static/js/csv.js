// A table as CSV, as a spreadsheet reads it safely: a cell that begins like a
// formula is quoted as text, and the mark at the start says UTF-8.
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

function field(cell) {
  const text = cell.dataset.value ?? cell.textContent.trim().replace(/\s+/g, " ");
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(table) {
  const rows = [...table.rows].map((row) => [...row.cells].map(field).join(","));
  return `\ufeff${rows.join("\r\n")}\r\n`;
}
