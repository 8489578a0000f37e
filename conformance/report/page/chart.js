// Charts of numbers by step: the grid that all share, and errors beside their tolerances on a logarithmic axis.
const CHART = { height: 220, left: 58, right: 12, top: 14, bottom: 34 };
// With more steps than this, a dot at each would hide the line.
const DOTTED = 80;

function beyond(error, tolerance) {
  return !(typeof error === "number" && typeof tolerance === "number" && error <= tolerance);
}

// Where a step stands between the left and the right edge.
function across(step, length, width) {
  return CHART.left + (step / Math.max(1, length - 1)) * (width - CHART.left - CHART.right);
}

// Where a share stands, 0 at the bottom and 1 at the top.
function up(share) {
  return CHART.top + (1 - share) * (CHART.height - CHART.top - CHART.bottom);
}

// The numbers from low to high, a step apart.
function ticks(low, high, step) {
  return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step);
}

// A 1, 2 or 5 with zeros, of which `most` are enough to cross a span.
function roundStep(span, most) {
  const power = 10 ** Math.floor(Math.log10(span / most));
  return power * [1, 2, 5, 10].find((factor) => factor * power * most >= span);
}

// Lines across at the labels, [y, text] each, and the steps below.
function gridOf(labels, length, width, noun) {
  const right = width - CHART.right;
  const lines = labels.flatMap(([y, text]) => [
    drawn("line", { class: "grid", x1: CHART.left, x2: right, y1: y, y2: y }),
    drawn("text", { x: CHART.left - 8, y: y + 4, "text-anchor": "end" }, text),
  ]);
  const steps = ticks(0, length - 1, Math.max(1, roundStep(length, width < 400 ? 6 : 8))).map((step) =>
    drawn("text", { x: across(step, length, width), y: CHART.height - CHART.bottom + 16, "text-anchor": "middle" }, String(step)));
  const title = drawn("text", { x: (CHART.left + right) / 2, y: CHART.height - 2, "text-anchor": "middle" }, noun);
  return drawn("g", {}, ...lines, ...steps, title);
}

function lineOf(name, numbers, x, y) {
  return drawn("polyline", { class: name, points: numbers.map((n, step) => `${x(step).toFixed(1)},${y(n).toFixed(1)}`).join(" ") });
}

function picture(label, width, ...parts) {
  return drawn("svg", { class: "chart", role: "img", "aria-label": label, width, height: CHART.height, viewBox: `0 0 ${width} ${CHART.height}` }, ...parts);
}

// Whole decades that hold every number that has a logarithm, and one below them for zero, which has none.
function decades(numbers) {
  const known = numbers.filter((n) => typeof n === "number");
  const logs = known.filter((n) => n > 0).map(Math.log10);
  if (!logs.length) return [-17, 0];
  const low = Math.floor(Math.min(...logs));
  return [known.includes(0) ? low - 1 : low, Math.max(Math.ceil(Math.max(...logs)), low + 1)];
}

// NaN and infinity stand at the top, zero at the bottom.
function heightOf(error, [low, high]) {
  if (typeof error !== "number") return up(1);
  return error <= 0 ? up(0) : up((Math.log10(error) - low) / (high - low));
}

function toleranceOf(tolerances, x, y) {
  const last = tolerances.length - 1;
  return drawn("g", {}, lineOf("tolerance", tolerances, x, y),
    drawn("text", { class: "tolerance", x: x(last), y: y(tolerances[last]) - 5, "text-anchor": "end" }, "tolerance"));
}

// The first step beyond the tolerance, named on that side of it where there is room.
function firstOf(first, noun, x, width) {
  if (first < 0) return null;
  const room = x(first) < width / 2;
  return drawn("g", {},
    drawn("line", { class: "first-beyond", x1: x(first), x2: x(first), y1: up(1), y2: up(0) }),
    drawn("text", { class: "first-beyond", x: x(first) + (room ? 5 : -5), y: up(0) - 6, "text-anchor": room ? "start" : "end" }, `beyond from ${noun} ${first}`));
}

// `what` says whose errors these are, `noun` what a step is called; errors end early where the steps did.
function errorChart({ what, noun, errors, tolerances }, width) {
  const length = tolerances.length;
  const all = [...errors, ...tolerances];
  const range = decades(all);
  const x = (step) => across(step, length, width);
  const y = (error) => heightOf(error, range);
  const labels = ticks(...range, Math.ceil((range[1] - range[0]) / 6)).map((decade, i) => [y(10 ** decade), i === 0 && all.includes(0) ? "0" : `1e${decade}`]);
  const first = errors.findIndex((error, step) => beyond(error, tolerances[step]));
  const dots = length > DOTTED ? [] : errors.map((error, step) =>
    drawn("circle", { class: beyond(error, tolerances[step]) ? "point beyond" : "point", cx: x(step), cy: y(error), r: 3.5 }));
  const label = `${what} at each of ${count(errors.length, noun)}, ` +
    (first < 0 ? "nowhere beyond the tolerance" : `beyond the tolerance first at ${noun} ${first}`);
  return picture(label, width, gridOf(labels, length, width, noun), lineOf("line", errors, x, y),
    toleranceOf(tolerances, x, y), firstOf(first, noun, x, width), ...dots);
}
