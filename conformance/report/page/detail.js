// One result in full.
function section(title, ...children) {
  return element("section", {}, element("h3", {}, title), ...children);
}

function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null);
  return element("dl", { class: "facts" }, ...known.map(([name, value, kind]) =>
    element("div", kind ? { class: kind } : {}, element("dt", {}, name), element("dd", {}, value))));
}

function headOf(result) {
  return element("header", {},
    element("p", {}, marked(result.status), result.layer ? ` · first differs in ${result.layer}` : "", ` · ${result.implementation}`),
    element("h2", { id: "result-case" }, ...breakable(result.case.id)),
    result.why ? element("p", { class: "why" }, result.why) : null);
}

function reproduceOf(result) {
  const quoted = `'${result.case.id.replaceAll("'", "'\\''")}'`;
  const options = [...result.reproduce, ...(result.dtypeForced ? [`--dtype ${result.case.dtype}`] : []), "--script repro.py"];
  return section("Reproduce", element("pre", {}, element("code", {}, `rnn-conformance cases show ${quoted} ${options.join(" ")}`)));
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

// A gradients case compares output and h_n, and of everything else the gradient.
function tensorName(tensor, asks) {
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
  return section("Tensors", element("div", { class: "scroll" }, table(["tensor", "greatest error", "tolerance", "error / tolerance"], rows)));
}

function stepsSection(steps, width) {
  const rows = steps.errors.map((error, step) => row(
    element("th", { scope: "row" }, String(step)),
    element("td", { class: "number" }, number(error)),
    beyond(error, steps.tolerance) ? element("td", { class: "bad" }, "✗ beyond") : element("td", {}, "✓ within")));
  return section(`Error of ${steps.tensor} at each time step`,
    chart(steps, width),
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
  const { torchType, distances, place, steps } = result.details;
  return [
    headOf(result),
    torchType === null ? null : element("p", { class: "note" }, `The exception’s type is ${torchType ? "torch’s own" : "not torch’s own"}.`),
    place ? placeSection(place) : null,
    steps ? stepsSection(steps, width) : null,
    distances.length ? tensorsSection(distances, result.case.asks) : null,
    reproduceOf(result),
    settingsSection(result.case),
  ].filter((part) => part !== null);
}
