// A table as a workbook: one sheet, the headings in the first row. An .xlsx file is
// a zip of XML; small tables need no compression, so the zip only stores.
const NUMBER = /^[+-]?\d+(\.\d+)?$/;
const FORMULA = /^[=+\-@\t\r]/;
const text = new TextEncoder();

const CRC = Uint32Array.from({ length: 256 }, (_unused, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function checksum(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ CRC[(value ^ byte) & 0xff];
  return (value ^ 0xffffffff) >>> 0;
}

function escaped(value) {
  return value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function cellXml(cell) {
  const value = cell.dataset.value ?? cell.textContent.trim().replace(/\s+/g, " ");
  if (value === "") return "<c/>";
  if (NUMBER.test(value)) return `<c><v>${Number(value)}</v></c>`;
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return `<c t="inlineStr"><is><t xml:space="preserve">${escaped(safe)}</t></is></c>`;
}

function parts(table) {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const relations = "http://schemas.openxmlformats.org/package/2006/relationships";
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const rows = [...table.rows].map((row) => `<row>${[...row.cells].map(cellXml).join("")}</row>`).join("");
  return {
    "[Content_Types].xml": `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${kind}.worksheet+xml"/></Types>`,
    "_rels/.rels": `${head}<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `${head}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `${head}<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    "xl/worksheets/sheet1.xml": `${head}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`,
  };
}

function header(signature, { name, bytes, crc, at }) {
  const central = signature === 0x02014b50;
  const view = new DataView(new ArrayBuffer(central ? 46 : 30));
  let place = 0;
  const put = (size, value) => {
    if (size === 2) view.setUint16(place, value, true); else view.setUint32(place, value, true);
    place += size;
  };
  put(4, signature);
  if (central) put(2, 20);
  put(2, 20); put(2, 0x0800); put(2, 0); put(2, 0); put(2, 0x21);
  put(4, crc); put(4, bytes.length); put(4, bytes.length); put(2, name.length); put(2, 0);
  if (central) { put(2, 0); put(2, 0); put(2, 0); put(4, 0); put(4, at); }
  return new Uint8Array(view.buffer);
}

function ending(count, size, at) {
  const view = new DataView(new ArrayBuffer(22));
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, size, true);
  view.setUint32(16, at, true);
  return new Uint8Array(view.buffer);
}

export function workbookOf(table) {
  const stored = [];
  let at = 0;
  const files = Object.entries(parts(table)).map(([path, xml]) => {
    const name = text.encode(path);
    const bytes = text.encode(xml);
    const file = { name, bytes, crc: checksum(bytes), at };
    const local = header(0x04034b50, file);
    stored.push(local, name, bytes);
    at += local.length + name.length + bytes.length;
    return file;
  });
  const index = files.flatMap((file) => [header(0x02014b50, file), file.name]);
  const size = index.reduce((sum, bytes) => sum + bytes.length, 0);
  return new Blob([...stored, ...index, ending(files.length, size, at)], {
    type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  });
}
