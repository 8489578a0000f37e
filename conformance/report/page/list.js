// The results that match, a page of them at a time: ten thousand stay as quick as ten.
const PAGE_SIZE = 50;

const part = (id) => document.getElementById(id);
// Whether a case stands in the list in both dtypes, so that its id alone does not tell.
const severalDtypes = new Set(results.map(({ implementation, case: { id } }) => `${implementation} ${id}`)).size < results.length;

// What the last drawing showed; "Previous" and "Next" in an open result walk along it.
let shown = [];

function listed(result) {
  const open = element("button", { type: "button", class: "case" }, ...breakable(result.case.id));
  open.addEventListener("click", () => change({ open: result.key }, { step: true }));
  const dtype = severalDtypes ? element("small", {}, ` ${result.case.dtype}`) : null;
  return element("tr", {},
    element("td", {}, marked(result.status)),
    element("td", {}, open, dtype, result.case.hidden ? element("small", {}, " hidden from its author") : null),
    element("td", { class: "why" }, result.why || closeness(result)),
    element("td", { class: "whose" }, ...breakable(result.implementation)));
}

// A pass has no sentence; how near it came to the tolerance is what there is to say.
function closeness(result) {
  const ratios = result.details.distances.map(({ ratio }) => ratio).filter(Number.isFinite);
  return ratios.length ? `at most ${times(Math.max(...ratios))} the tolerance` : "";
}

function setOptions(select, options, chosen) {
  select.replaceChildren(...options);
  select.value = chosen;
}

function option(value, text) {
  return element("option", { value }, text);
}

function drawFilters(state, matching) {
  const counts = new Map();
  for (const result of matching) counts.set(result.status.name, (counts.get(result.status.name) ?? 0) + 1);
  const label = (text, amount) => `${text} (${amount.toLocaleString("en")})`;
  const present = statuses.filter(({ name }) => counts.has(name) || name === state.status);
  setOptions(part("status"), [
    option(NOT_PASS, label("not pass", matching.length - (counts.get("pass") ?? 0))),
    option(ALL, label("all", matching.length)),
    ...present.map(({ name, word }) => option(name, label(word, counts.get(name) ?? 0))),
  ], state.status);
  setOptions(part("implementation"), [option("", "all"), ...page.implementations.map((name) => option(name, name))], state.implementation);
  setOptions(part("setting"), [option("", "any"), ...axes.map(settingOptions)], "");
  if (document.activeElement !== part("text")) part("text").value = state.text;
  part("chips").replaceChildren(...[...state.where].map((chosen) => chip(chosen, state)));
}

function settingOptions(axis) {
  return element("optgroup", { label: axis.name }, ...axis.values.map((value) => option(`${axis.name}=${value}`, `${axis.name}=${value}`)));
}

function chip([name, value], state) {
  const button = element("button", { type: "button", class: "chip", "aria-label": `remove the filter ${name}=${value}` }, `${name}=${value} ✕`);
  button.addEventListener("click", () => {
    state.where.delete(name);
    change({ where: state.where, page: 1 });
    part("setting").focus();
  });
  return button;
}

function drawList(state) {
  const matching = results.filter((result) => matches(result, { ...state, status: ALL }));
  shown = matching.filter((result) => hasStatus(result, state.status));
  const pages = Math.max(1, Math.ceil(shown.length / PAGE_SIZE));
  const current = Math.min(state.page, pages);
  const start = (current - 1) * PAGE_SIZE;
  const rows = shown.slice(start, start + PAGE_SIZE);
  drawFilters(state, matching);
  part("rows").replaceChildren(...rows.map(listed));
  part("showing").textContent = rows.length
    ? `${start + 1}–${start + rows.length} of ${count(shown.length, "result")}`
    : "No result matches.";
  part("previous-page").disabled = current === 1;
  part("next-page").disabled = current === pages;
}
