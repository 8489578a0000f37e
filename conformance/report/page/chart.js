// The error at each time step on a logarithmic axis, with the tolerance as a line across it.
const CHART = { height: 220, left: 58, right: 12, top: 14, bottom: 34 };

// Whole decades that hold every number that has a logarithm.
function decades(numbers) {
  const logs = numbers.filter((n) => typeof n === "number" && n > 0).map(Math.log10);
  const low = Math.floor(Math.min(...logs));
  return logs.length ? [low, Math.max(Math.ceil(Math.max(...logs)), low + 1)] : [-17, 0];
}

// At most about `most` of the whole numbers from low to high.
function ticks(low, high, most) {
  const step = Math.max(1, Math.ceil((high - low) / most));
  return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step);
}

// Zero has no logarithm and stands at the bottom; NaN and infinity stand at the top.
function scaleOf(steps, width) {
  const [low, high] = decades([...steps.errors, steps.tolerance]);
  const inner = CHART.height - CHART.top - CHART.bottom;
  const last = Math.max(1, steps.errors.length - 1);
  return {
    low, high, width,
    x: (step) => CHART.left + (step / last) * (width - CHART.left - CHART.right),
    y: (error) => {
      if (typeof error !== "number") return CHART.top;
      if (error <= 0) return CHART.height - CHART.bottom;
      return CHART.top + ((high - Math.log10(error)) / (high - low)) * inner;
    },
  };
}

function beyond(error, tolerance) {
  return !(typeof error === "number" && typeof tolerance === "number" && error <= tolerance);
}

function gridOf(steps, scale) {
  const lines = ticks(scale.low, scale.high, 6).flatMap((decade) => {
    const y = scale.y(10 ** decade);
    return [
      drawn("line", { class: "grid", x1: CHART.left, x2: scale.width - CHART.right, y1: y, y2: y }),
      drawn("text", { x: CHART.left - 8, y: y + 4, "text-anchor": "end" }, `1e${decade}`),
    ];
  });
  const labels = ticks(0, steps.errors.length - 1, 8).map((step) =>
    drawn("text", { x: scale.x(step), y: CHART.height - CHART.bottom + 16, "text-anchor": "middle" }, String(step)));
  const title = drawn("text", { x: (CHART.left + scale.width - CHART.right) / 2, y: CHART.height - 2, "text-anchor": "middle" }, "time step");
  return drawn("g", {}, ...lines, ...labels, title);
}

function toleranceOf(steps, scale) {
  const y = scale.y(steps.tolerance);
  return drawn("g", {},
    drawn("line", { class: "tolerance", x1: CHART.left, x2: scale.width - CHART.right, y1: y, y2: y }),
    drawn("text", { class: "tolerance", x: scale.width - CHART.right, y: y - 5, "text-anchor": "end" }, "tolerance"));
}

function pointsOf(steps, scale) {
  if (steps.errors.length > 80) return [];
  return steps.errors.map((error, step) =>
    drawn("circle", { class: beyond(error, steps.tolerance) ? "point beyond" : "point", cx: scale.x(step), cy: scale.y(error), r: 3.5 }));
}

function chart(steps, width) {
  const scale = scaleOf(steps, width);
  const line = steps.errors.map((error, step) => `${scale.x(step).toFixed(1)},${scale.y(error).toFixed(1)}`).join(" ");
  const first = steps.errors.findIndex((error) => beyond(error, steps.tolerance));
  const label = `Error of ${steps.tensor} at each of ${count(steps.errors.length, "time step")}, ` +
    (first < 0 ? "nowhere beyond the tolerance" : `beyond the tolerance first at time step ${first}`);
  return drawn("svg", { class: "chart", role: "img", "aria-label": label, width, height: CHART.height, viewBox: `0 0 ${width} ${CHART.height}` },
    gridOf(steps, scale), drawn("polyline", { class: "line", points: line }), toleranceOf(steps, scale), ...pointsOf(steps, scale));
}
