// The controls write the address, and every change of it draws the page.
const dialog = part("result");
const byKey = new Map(results.map((result) => [result.key, result]));

function drawDialog(state) {
  const result = byKey.get(state.open);
  if (!result) {
    dialog.close();
    return;
  }
  if (!dialog.open) dialog.showModal();
  const width = part("detail").clientWidth;
  part("detail").replaceChildren(...detail(result, width));
  dialog.scrollTop = 0;
  const place = shown.indexOf(result);
  part("previous-result").disabled = place <= 0;
  part("next-result").disabled = place < 0 || place === shown.length - 1;
}

function draw() {
  const state = readState();
  drawList(state);
  drawDialog(state);
}

function openNeighbour(distance) {
  const place = shown.indexOf(byKey.get(readState().open));
  change({ open: shown[place + distance].key });
}

function listCell({ implementation, axis, value }) {
  const state = { implementation, where: new Map([[axis, value]]), text: "" };
  const wrong = results.some((result) => matches(result, { ...state, status: NOT_PASS }));
  change({ ...state, status: wrong ? NOT_PASS : ALL, page: 1 });
  part("results").focus();
}

function addWhere(chosen) {
  const [name, ...value] = chosen.split("=");
  change({ where: readState().where.set(name, value.join("=")), page: 1 });
}

part("filters").addEventListener("submit", (event) => event.preventDefault());
part("implementation").addEventListener("change", (event) => change({ implementation: event.target.value, page: 1 }));
part("status").addEventListener("change", (event) => change({ status: event.target.value, page: 1 }));
part("setting").addEventListener("change", (event) => addWhere(event.target.value));
part("text").addEventListener("input", (event) => change({ text: event.target.value, page: 1 }));
part("previous-page").addEventListener("click", () => change({ page: readState().page - 1 }));
part("next-page").addEventListener("click", () => change({ page: readState().page + 1 }));
part("previous-result").addEventListener("click", () => openNeighbour(-1));
part("next-result").addEventListener("click", () => openNeighbour(1));
dialog.addEventListener("close", () => change({ open: "" }));
for (const cell of document.querySelectorAll(".cell")) cell.addEventListener("click", () => listCell(cell.dataset));
for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => change({ open: results[Number(button.dataset.open)].key }, { step: true }));
}
globalThis.addEventListener("hashchange", draw);

document.body.classList.toggle("single", page.implementations.length === 1);
part("list").hidden = false;
draw();
document.documentElement.dataset.ready = "yes";
