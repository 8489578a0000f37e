// What a training case learned: its losses beside torch's, how far apart they are, and what came of it.

// Round numbers from below the lowest loss to above the highest; two at least. Losses that soar must not press torch's
// flat, so the axis ends at twice the greatest that torch or the record has.
function lossTicks({ torch, losses, published }) {
  const known = [...torch, ...published].filter(Number.isFinite);
  const within = losses.filter((n) => Number.isFinite(n) && n <= 2 * Math.max(...known));
  const all = known.length ? [...known, ...within] : [0];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const step = roundStep(high - low || Math.abs(high) || 1, 5);
  const first = Math.floor(low / step);
  return ticks(first, Math.max(Math.ceil(high / step), first + 1), 1).map((i) => Number((i * step).toPrecision(12)));
}

function publishedOf(published, x, y, length) {
  const gap = (length - 1) / Math.max(1, published.length - 1);
  return published.map((loss, i) =>
    drawn("rect", { class: "published", x: x(i * gap) - 4, y: y(loss) - 4, width: 8, height: 8 }));
}

function lossChart(curve, name, width) {
  const { torch, losses, published } = curve;
  const values = lossTicks(curve);
  const [low, high] = [values[0], values.at(-1)];
  const x = (step) => across(step, torch.length, width);
  const y = (loss) => up(typeof loss === "number" ? Math.min(1, (loss - low) / (high - low)) : 1);
  const dots = torch.length > DOTTED ? [] : losses.map((loss, step) => drawn("circle", { class: "own", cx: x(step), cy: y(loss), r: 2.5 }));
  const fromTo = (numbers) => (numbers.length ? `from ${number(numbers[0])} to ${number(numbers.at(-1))}` : "none");
  const label = `Losses at ${count(torch.length, "step")}: torch’s ${fromTo(torch)}, ${name}’s ${fromTo(losses)}` +
    (losses.length < torch.length ? `, ended after ${count(losses.length, "step")}` : "") +
    (published.length ? `; beside them ${published.length} published losses ${fromTo(published)}` : "");
  return picture(label, width, gridOf(values.map((v) => [y(v), String(v)]), torch.length, width, "step"),
    lineOf("torch", torch, x, y), lineOf("own", losses, x, y), ...dots, ...publishedOf(published, x, y, torch.length));
}

// What a reader must know to read the chart; `top` is its greatest loss.
function lossNote({ torch, losses }, top) {
  const ended = losses.length < torch.length ? ` It ended after ${count(losses.length, "step")} of ${torch.length}.` : "";
  const clipped = losses.some((loss) => beyond(loss, top)) ? " What is greater than the axis holds, or is no number, stands at its top." : "";
  return element("p", { class: "note" }, `Of each step’s batch, before its update, in nats a prediction.${ended}${clipped}`);
}

// What each kind of line looks like, drawn as in the chart.
function legend(entries) {
  const sample = (shape) => drawn("svg", { class: "chart", "aria-hidden": "true", width: 30, height: 12 }, ...shape);
  return element("ul", { class: "legend" }, ...entries.map(([text, ...shape]) => element("li", {}, sample(shape), ` ${text}`)));
}

function lossLegend({ torch, published }, name) {
  const line = (kind) => drawn("polyline", { class: kind, points: "1,6 29,6" });
  const square = published.length ? [["published", drawn("rect", { class: "published", x: 11, y: 2, width: 8, height: 8 })]] : [];
  const dot = torch.length > DOTTED ? [] : [drawn("circle", { class: "own", cx: 15, cy: 6, r: 2.5 })];
  return legend([["torch", line("torch")], [name, line("own"), ...dot], ...square]);
}

function curveTable({ torch, losses, differences, tolerances }, name) {
  const cell = (value, digits) => element("td", { class: "number" }, value === undefined ? "–" : number(value, digits));
  const judged = (step) => (beyond(differences[step], tolerances[step]) ? element("td", { class: "bad" }, "✗ beyond") : "✓ within");
  const rows = torch.map((loss, step) => row(
    element("th", { scope: "row" }, String(step)),
    cell(loss, 5), cell(losses[step], 5), cell(differences[step]), cell(tolerances[step]),
    step < differences.length ? judged(step) : "–"));
  return element("details", {},
    element("summary", {}, "Both as a table"),
    scrolling("Both as a table", table(["step", "torch", name, "difference", "tolerance", "judged"], rows)));
}

function curveSections(curve, { implementation: name, case: { settings } }, width) {
  const { published, differences, tolerances } = curve;
  const errors = { what: `Difference of ${name}’s loss from torch’s`, noun: "step", errors: differences, tolerances };
  return [
    section("Loss at each step",
      lossNote(curve, lossTicks(curve).at(-1)),
      lossChart(curve, name, width), lossLegend(curve, name),
      published.length ? element("p", { class: "note" }, `The squares are the ${published.length} losses that ${settings.published} printed, spread evenly over the steps. They are shown beside, and nothing is judged by them.`) : null),
    differences.length ? section("Difference of the losses", errorChart(errors, width), curveTable(curve, name)) : null,
  ];
}

function accuracySection({ torchAccuracy, accuracy }, name) {
  if (torchAccuracy === null) return null;
  const percent = (share) => (typeof share === "number" ? `${Number((100 * share).toFixed(2))} %` : "none: it did not learn to the end");
  return section("Accuracy on the held-out examples", facts([["torch", percent(torchAccuracy)], [name, percent(accuracy)]]));
}

// How many characters two texts begin with alike.
function alike(one, other) {
  const [characters, others] = [[...one], [...other]];
  const parted = characters.findIndex((character, i) => character !== others[i]);
  return parted < 0 ? characters.length : parted;
}

function sampleSection({ torchSample, sample }, name) {
  if (!torchSample && !sample) return null;
  const figure = (who, text) => element("figure", {}, element("figcaption", { class: "note" }, who), element("pre", {}, text || "(nothing)"));
  const figures = torchSample === sample
    ? [figure(`torch and ${name}, the same`, sample)]
    : [figure("torch", torchSample), figure(sample ? `${name}: the first ${count(alike(torchSample, sample), "character")} as torch’s` : name, sample)];
  return section("Text that the trained network wrote", element("div", { class: "samples" }, ...figures));
}
