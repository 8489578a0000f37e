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

function section(title, ...children) {
  return element("section", {}, element("h3", {}, title), ...children);
}

function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null);
  return element("dl", { class: "facts" }, ...known.map(([name, value, kind]) =>
    element("div", kind ? { class: kind } : {}, element("dt", {}, name), element("dd", {}, value))));
}

// What may be wider than the page; the keyboard scrolls it too.
function scrolling(label, child) {
  return element("div", { class: "scroll", role: "region", "aria-label": label, tabindex: "0" }, child);
}

// A number of the data: what JSON lacks arrives as a string, and stays it.
function number(value, digits = 3) {
  if (typeof value !== "number") return String(value);
  const small = value !== 0 && Math.abs(value) < 1e-3;
  const [mantissa, exponent] = (small ? value.toExponential(digits - 1) : value.toPrecision(digits)).replace("e+", "e").split("e");
  const trimmed = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return exponent === undefined ? trimmed : `${trimmed}e${exponent}`;
}

function times(ratio) {
  return `${number(ratio)}×`;
}

function count(amount, noun) {
  return `${amount.toLocaleString("en")} ${noun}${amount === 1 ? "" : "s"}`;
}
