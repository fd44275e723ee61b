// Draws the table of a <figure data-chart> with Chart.js. The table is the truth
// and stays, behind its disclosure; labels come from its headings.
//   <th data-series="active" data-kind="area">   token --data-active, drawn as area
//   <td data-value="8">                          the number; without it the cell's text
// Kinds: area, step, line, bars. data-dashed draws what is expected, not known.
import { colour as resolve, fresh } from "./dom.js";
import { csvOf } from "./csv.js";
import { workbookOf } from "./xlsx.js";

const NARROW = 480;
const drawn = new Map();
let library;
let onPaper = false;

function colour(token) {
  return resolve(token, onPaper);
}

function loadLibrary() {
  library ??= new Promise((done, reject) => {
    const script = document.createElement("script");
    script.src = document.body.dataset.chartSrc;
    script.onload = done;
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

function numberIn(cell) {
  const text = cell?.dataset.value ?? cell?.textContent.trim() ?? "";
  return text === "" ? null : Number(text);
}

function read(table) {
  const columns = [...table.tHead.rows[0].cells].slice(1);
  const rows = [...table.tBodies[0].rows];
  return {
    labels: rows.map((row) => row.cells[0].dataset.label ?? row.cells[0].textContent.trim()),
    series: columns.filter((heading) => heading.dataset.series).map((heading) => ({
      label: heading.textContent.trim(),
      token: `--data-${heading.dataset.series}`,
      kind: heading.dataset.kind ?? "line",
      dashed: "dashed" in heading.dataset,
      values: rows.map((row) => numberIn(row.cells[heading.cellIndex])),
    })),
  };
}

function dataset({ label, token, kind, dashed, values }) {
  const line = colour(token);
  const bars = kind === "bars";
  return {
    label,
    data: values,
    type: bars ? "bar" : "line",
    borderColor: line,
    backgroundColor: kind === "area" ? colour(`${token}-area`) : line,
    fill: kind === "area" ? "origin" : false,
    stepped: kind === "step" ? "after" : false,
    borderWidth: bars ? 0 : 2,
    borderDash: dashed ? [4, 4] : [],
    borderRadius: bars ? 3 : 0,
    maxBarThickness: 28,
    pointRadius: 0,
    pointHoverRadius: 4,
    pointHitRadius: 12,
    tension: 0,
    clip: 4,
    order: kind === "step" ? 0 : 1,
  };
}

// Names each line at its end, so that nobody has to match colours with a legend.
const endLabels = {
  id: "endLabels",
  afterDatasetsDraw(chart) {
    if (chart.width < NARROW) return;
    const { ctx, chartArea } = chart;
    const ends = chart.data.datasets
      .map((set, index) => ({ set, last: chart.getDatasetMeta(index).data.findLast((point) => !point.skip && Number.isFinite(point.y)) }))
      .filter(({ set, last }) => set.type === "line" && last)
      .map(({ set, last }) => ({ text: set.label, colour: set.borderColor, y: last.y }))
      .sort((one, other) => one.y - other.y);
    ends.forEach((end, index) => { if (index > 0) end.y = Math.max(end.y, ends[index - 1].y + 16); });
    // What was pushed below the axis goes up again, and takes along what stands above it.
    ends.toReversed().forEach((end, index, below) => { end.y = Math.min(end.y, index > 0 ? below[index - 1].y - 16 : chartArea.bottom); });
    ctx.save();
    ctx.font = `500 12px ${getComputedStyle(document.body).fontFamily}`;
    ctx.textBaseline = "middle";
    for (const end of ends) {
      ctx.fillStyle = end.colour;
      ctx.fillText(end.text, chartArea.right + 8, end.y);
    }
    ctx.restore();
  },
};

function roomForLabels(series) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = `500 12px ${getComputedStyle(document.body).fontFamily}`;
  const lines = series.filter(({ kind }) => kind !== "bars");
  return Math.max(0, ...lines.map(({ label }) => context.measureText(label).width + 16));
}

function axis(title, grid) {
  return {
    grid: { display: grid, color: colour("--line"), drawTicks: false },
    border: { display: false },
    title: { display: Boolean(title), text: title ?? "", color: colour("--text-muted"), font: { size: 12 } },
    ticks: { color: colour("--text-muted"), font: { size: 12 }, padding: 8, maxRotation: 0, autoSkipPadding: 16, precision: 0, maxTicksLimit: grid ? 6 : undefined },
  };
}

function options(figure, series) {
  const language = document.documentElement.lang || undefined;
  const narrow = figure.clientWidth < NARROW;
  const lying = figure.dataset.chart === "bars-lying";
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    locale: language,
    indexAxis: lying ? "y" : "x",
    font: { family: getComputedStyle(document.body).fontFamily },
    interaction: { mode: "index", intersect: false, axis: lying ? "y" : "x" },
    layout: { padding: { right: narrow ? 0 : roomForLabels(series), top: 8 } },
    scales: {
      x: { ...axis(figure.dataset.xLabel, lying), ...(lying ? { beginAtZero: true } : {}) },
      y: { ...axis(figure.dataset.yLabel, !lying), ...(lying ? {} : { beginAtZero: true, grace: 0, max: Number(figure.dataset.yMax) || undefined }) },
    },
    plugins: {
      legend: { display: series.length > 1 && (narrow || series.every(({ kind }) => kind === "bars")), position: "top", align: "start", labels: { color: colour("--text-muted"), boxWidth: 12, boxHeight: 12, font: { size: 12 } } },
      tooltip: { backgroundColor: colour("--surface-raised"), titleColor: colour("--text"), bodyColor: colour("--text"), borderColor: colour("--line-strong"), borderWidth: 1, cornerRadius: 6, padding: 12, boxPadding: 4, usePointStyle: true },
    },
  };
}

function build(figure) {
  const table = figure.querySelector("table");
  const { labels, series } = read(table);
  drawn.get(figure)?.destroy();
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", figure.querySelector(".chart-title")?.textContent.trim() ?? table.caption?.textContent ?? "");
  figure.querySelector(".chart-canvas").replaceChildren(canvas);
  window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  drawn.set(figure, new window.Chart(canvas, {
    data: { labels, datasets: series.map(dataset) },
    options: options(figure, series),
    plugins: [endLabels],
  }));
}

async function draw(figure) {
  if (!figure.querySelector("table")?.tBodies[0]?.rows.length) return;
  await loadLibrary();
  await document.fonts.ready;
  build(figure);
}

function download(button) {
  const { csv, xlsx, filename } = button.dataset;
  const table = document.getElementById(csv ?? xlsx) ?? button.closest("figure").querySelector("table");
  const file = csv === undefined ? workbookOf(table) : new Blob([csvOf(table)], { type: "text/csv;charset=utf-8" });
  const address = URL.createObjectURL(file);
  const link = Object.assign(document.createElement("a"), { href: address, download: filename ?? (csv === undefined ? "table.xlsx" : "table.csv") });
  link.click();
  URL.revokeObjectURL(address);
}

function redraw() {
  for (const [figure, chart] of [...drawn]) {
    if (figure.isConnected) {
      build(figure);
    } else {
      chart.destroy();
      drawn.delete(figure);
    }
  }
}

document.addEventListener("themechange", redraw);
matchMedia("print").addEventListener("change", (event) => {
  onPaper = event.matches;
  redraw();
});

export function enhance(root) {
  for (const figure of fresh(root, "[data-chart]", "chart")) draw(figure);
  for (const button of fresh(root, "[data-csv], [data-xlsx]", "download")) button.addEventListener("click", () => download(button));
}
