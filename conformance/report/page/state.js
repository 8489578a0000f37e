// What the reader has chosen. It lives in the address alone, so that a link, a reload and "back" keep it: controls write
// the address, and the page is drawn from it. A link to a section of the page leaves the last choice standing.
const NOT_PASS = "not-pass";
const ALL = "all";

let lastChoice = "";

function readState() {
  if (location.hash === "" || location.hash.includes("=")) lastChoice = location.hash.slice(1);
  const fields = new URLSearchParams(lastChoice);
  const where = new Map();
  for (const axis of axes) {
    const value = fields.get(axis.name);
    if (axis.values.includes(value)) where.set(axis.name, value);
  }
  return {
    implementation: fields.get("implementation") ?? "",
    status: fields.get("status") ?? NOT_PASS,
    where,
    text: fields.get("text") ?? "",
    page: Math.max(1, Number.parseInt(fields.get("page") ?? "1", 10) || 1),
    open: fields.get("open") ?? "",
  };
}

// The status always stands in the address: an empty one would scroll the page to its top.
function addressOf(state) {
  const fields = new URLSearchParams({ status: state.status });
  if (state.implementation) fields.set("implementation", state.implementation);
  for (const [name, value] of state.where) fields.set(name, value);
  if (state.text) fields.set("text", state.text);
  if (state.page > 1) fields.set("page", state.page);
  if (state.open) fields.set("open", state.open);
  return `#${fields}`;
}

// Opening a result is a step that "back" undoes; a filter is not.
function change(changes, { step = false } = {}) {
  const address = addressOf({ ...readState(), ...changes });
  if (address === location.hash) return;
  if (step) location.hash = address;
  else location.replace(address);
}

function hasStatus(result, status) {
  if (status === ALL) return true;
  return status === NOT_PASS ? result.status.name !== "pass" : result.status.name === status;
}

function matches(result, state) {
  if (state.implementation && result.implementation !== state.implementation) return false;
  if (!hasStatus(result, state.status)) return false;
  for (const [i, axis] of axes.entries()) {
    if (state.where.has(axis.name) && axis.values[result.case.groups[i]] !== state.where.get(axis.name)) return false;
  }
  return !state.text || result.searched.includes(state.text.toLowerCase());
}
