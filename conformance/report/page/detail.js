// One result in full.
function headOf(result) {
  return element("header", {},
    element("p", {}, marked(result.status), result.layer ? ` · first differs in ${result.layer}` : "", ` · ${result.implementation}`),
    element("h2", { id: "result-case" }, ...breakable(result.case.id)),
    result.case.hidden ? element("p", { class: "note" }, "Hidden from its author.") : null,
    result.why ? element("p", { class: "why" }, result.why) : null);
}

function commandSection(title, line) {
  return section(title, element("pre", {}, element("code", {}, line)));
}

// Training cannot be had without this harness, whose head and optimiser it is; what has no file cannot be run again.
function reproduceOf(result) {
  const training = result.case.asks === "training";
  const quoted = `'${result.case.id.replaceAll("'", "'\\''")}'`;
  const dtype = result.dtypeForced ? [`--dtype ${result.case.dtype}`] : [];
  if (!training) return commandSection("Reproduce", ["rnn-conformance cases show", quoted, ...result.reproduce, ...dtype, "--script repro.py"].join(" "));
  return result.alone.length ? commandSection("Run it again, alone", [...result.alone, `--case ${quoted}`, ...dtype].join(" ")) : null;
}

// The first number that differs; a tensor without an axis says nothing about it.
function placeSection(place) {
  const at = [["layer", place.layer], ["direction", place.direction], ["time step", place.timeStep], ["batch", place.batch], ["unit", place.unit]];
  return section("First difference",
    facts([
      ["where", `${place.tensor}[${place.index.join(", ")}]`],
      ["wrong", `${place.wrong.toLocaleString("en")} of ${count(place.size, "number")}`],
      ["got", String(place.got), "bad"],
      ["wanted", String(place.wanted)],
      ...at.map(([name, value]) => [name, value === null ? null : String(value)]),
    ]));
}

// A gradients case compares output and h_n, and of everything else the gradient; training the loss, and what is learned.
function tensorName(tensor, asks) {
  if (asks === "training") return tensor === "loss" ? "loss, at its worst step" : `${tensor}, after the last step`;
  return asks === "gradients" && !["output", "h_n"].includes(tensor) ? `gradient of ${tensor}` : tensor;
}

function tensorsSection(distances, asks) {
  const rows = distances.map(({ tensor, error, tolerance, ratio }) => {
    const wrong = beyond(ratio, 1);
    return row(
      element("th", { scope: "row" }, tensorName(tensor, asks)),
      element("td", { class: "number" }, number(error)),
      element("td", { class: "number" }, number(tolerance)),
      element("td", { class: wrong ? "number bad" : "number" }, `${wrong ? "✗" : "✓"} ${times(ratio)}`));
  });
  return section("Tensors", scrolling("Tensors", table(["tensor", "greatest error", "tolerance", "error / tolerance"], rows)));
}

function stepsSection(steps, width) {
  const rows = steps.errors.map((error, step) => row(
    element("th", { scope: "row" }, String(step)),
    element("td", { class: "number" }, number(error)),
    beyond(error, steps.tolerance) ? element("td", { class: "bad" }, "✗ beyond") : element("td", {}, "✓ within")));
  const tolerances = steps.errors.map(() => steps.tolerance);
  return section(`Error of ${steps.tensor} at each time step`,
    errorChart({ what: `Error of ${steps.tensor}`, noun: "time step", errors: steps.errors, tolerances }, width),
    element("details", {},
      element("summary", {}, "The same as a table"),
      table(["time step", "greatest error", `tolerance ${number(steps.tolerance)}`], rows)));
}

function settingsSection(which) {
  const said = Object.entries(which.settings).filter(([name, value]) => value !== null || name in which.own);
  const pairs = said.map(([name, value]) => [name, String(value), name in which.own ? "own" : ""]);
  return section("Settings",
    element("p", { class: "note" }, `Bold where this case differs from most. `, which.file ? `Written in ${which.file}:${which.line}.` : ""),
    facts([["asks", which.asks], ["dtype", which.dtype], ...pairs.filter(([name]) => name !== "dtype")]));
}

function detail(result, width) {
  const { torchType, distances, place, steps, curve } = result.details;
  return [
    headOf(result),
    torchType === null ? null : element("p", { class: "note" }, `The exception’s type is ${torchType ? "torch’s own" : "not torch’s own"}.`),
    place ? placeSection(place) : null,
    steps ? stepsSection(steps, width) : null,
    ...(curve ? curveSections(curve, result, width) : []),
    curve ? accuracySection(curve, result.implementation) : null,
    curve ? sampleSection(curve, result.implementation) : null,
    distances.length ? tensorsSection(distances, result.case.asks) : null,
    reproduceOf(result),
    settingsSection(result.case),
  ].filter((part) => part !== null);
}
