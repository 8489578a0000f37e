"use strict";

// The page's data (see data.py) with names for its columns. Numbers that JSON lacks are strings: "nan", "inf", "-inf".
const page = JSON.parse(document.getElementById("data").textContent);

const statuses = page.statuses.map(([name, symbol, word, tone]) => ({ name, symbol, word, tone }));
const axes = page.axes.map(([name, values]) => ({ name, values }));
const cases = page.cases.map(([id, asks, dtype, file, line, settings, groups, hidden]) => ({
  id, asks, dtype, file, line, settings: { ...page.usual, ...settings }, own: settings, groups, hidden: hidden === 1,
}));

function distancesOf(tensors, numbers) {
  return tensors.map((tensor, i) => ({
    tensor, error: numbers[3 * i], tolerance: numbers[3 * i + 1], ratio: numbers[3 * i + 2],
  }));
}

function placeOf(row) {
  if (row === null) return null;
  const [tensor, index, layer, direction, timeStep, batch, unit, got, wanted, wrong, size] = row;
  return { tensor, index, layer, direction, timeStep, batch, unit, got, wanted, wrong, size };
}

function stepsOf(row) {
  if (row === null) return null;
  const [tensor, tolerance, errors] = row;
  return { tensor, tolerance, errors };
}

function curveOf(row) {
  if (!row) return null;
  const [which, losses, differences, accuracy, sample] = row;
  const [torch, tolerances, torchAccuracy, torchSample, published] = page.curves[which];
  return {
    torch, losses, differences, tolerances, torchAccuracy, accuracy, published,
    torchSample: page.texts[torchSample], sample: page.texts[sample],
  };
}

// One result; its details are read only when it is opened.
class Result {
  constructor(row) {
    const [implementation, which, status, layer, text] = row;
    this.row = row;
    this.implementation = page.implementations[implementation];
    [this.reproduce, this.dtypeForced, this.alone] = page.reproduce[implementation];
    this.case = cases[which];
    this.status = statuses[status];
    this.layer = layer;
    this.why = page.texts[text];
  }

  // No two results of a page share it.
  get key() {
    return [this.implementation, this.case.id, this.case.dtype].join(" | ");
  }

  get details() {
    const [torchType, tensors, numbers, place, steps, curve] = this.row.slice(5);
    return {
      torchType,
      distances: distancesOf(page.tensors[tensors], numbers),
      place: placeOf(place),
      steps: stepsOf(steps),
      curve: curveOf(curve),
    };
  }

  // What the text filter looks through, made once.
  get searched() {
    this.lowered ??= `${this.case.id}\n${this.why}`.toLowerCase();
    return this.lowered;
  }
}

const results = page.results.map((row) => new Result(row));
