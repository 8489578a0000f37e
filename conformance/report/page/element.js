// Elements made of data: texts are set as text, and attribute names stand in this source, so that nothing in the data
// can become markup or script.
function element(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function drawn(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

// A long name that may break after a separator rather than within a word.
function breakable(name) {
  return name.split(/(?<=[,/[])/).flatMap((piece, i) => (i ? [element("wbr", {}), piece] : [piece]));
}

function marked(status) {
  return element("span", { class: `mark ${status.tone}` }, element("span", { "aria-hidden": "true" }, status.symbol), ` ${status.word}`);
}

function row(...cells) {
  return element("tr", {}, ...cells.map((cell) => (cell instanceof Element && /^T[DH]$/.test(cell.tagName) ? cell : element("td", {}, cell))));
}

function table(heads, rows) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
}

// A number of the data: what JSON lacks arrives as a string, and stays it.
function number(value, digits = 3) {
  if (typeof value !== "number") return String(value);
  const text = value.toPrecision(digits).replace("e+", "e");
  return text.includes(".") ? text.replace(/\.?0+(e|$)/, "$1") : text;
}

function times(ratio) {
  return `${number(ratio)}×`;
}

function count(amount, noun) {
  return `${amount.toLocaleString("en")} ${noun}${amount === 1 ? "" : "s"}`;
}
