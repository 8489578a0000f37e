// torch.nn.RNN's forward pass in JavaScript, as a command of rnn-conformance (protocol.md). It needs Node.js alone.
//
// In three parts: the network, what a case asks of it, and the frames. To make it yours, change the first two.

import { readSync, writeSync } from "node:fs";

// ---- the network: input (T, B, I), h_0 and h_n (L*D, B, H), output (T, B, D*H), all as flat arrays of numbers

function forward(network, parameters, input, h0, T, B) {
  const { inputSize, hiddenSize: H, numLayers, directions: D } = network;
  const activate = network.nonlinearity === "relu" ? (a) => (a <= 0 ? 0 : a) : Math.tanh; // relu(NaN) is NaN
  const hN = new Float64Array(numLayers * D * B * H);
  let x = input;
  let width = inputSize;
  for (let layer = 0; layer < numLayers; layer++) {
    const y = new Float64Array(T * B * D * H);
    for (let direction = 0; direction < D; direction++) {
      const suffix = `l${layer}${direction ? "_reverse" : ""}`;
      const [wIh, wHh] = [parameters[`weight_ih_${suffix}`], parameters[`weight_hh_${suffix}`]];
      const [bIh, bHh] = [parameters[`bias_ih_${suffix}`], parameters[`bias_hh_${suffix}`]];
      const row = layer * D + direction; // of h_0 and h_n
      for (let b = 0; b < B; b++) {
        let h = h0 ? h0.slice((row * B + b) * H, (row * B + b + 1) * H) : new Float64Array(H);
        for (let step = 0; step < T; step++) {
          const t = direction ? T - 1 - step : step;
          const next = new Float64Array(H);
          for (let i = 0; i < H; i++) {
            let a = bIh ? bIh[i] + bHh[i] : 0;
            for (let j = 0; j < width; j++) a += wIh[i * width + j] * x[(t * B + b) * width + j];
            for (let j = 0; j < H; j++) a += wHh[i * H + j] * h[j];
            next[i] = activate(a);
          }
          h = next;
          y.set(h, ((t * B + b) * D + direction) * H);
        }
        hN.set(h, (row * B + b) * H);
      }
    }
    x = y;
    width = D * H;
  }
  return { output: x, hN };
}

/** The same numbers with the first two axes exchanged: (P, Q, n) becomes (Q, P, n). */
function swapped(data, P, Q, n) {
  const out = new Float64Array(data.length);
  for (let p = 0; p < P; p++) {
    for (let q = 0; q < Q; q++) out.set(data.subarray((p * Q + q) * n, (p * Q + q + 1) * n), (q * P + p) * n);
  }
  return out;
}

// ---- a case: what was asked, from its entries to the entries of the answer

class Declined extends Error {}

function answer(entries) {
  const network = construct(entries);
  const parameters = {};
  for (const [name, value] of entries) {
    if (name.startsWith("parameter/")) parameters[name.slice("parameter/".length)] = numbers(value);
  }
  const dtype = entries.get("parameter/weight_hh_l0").type;
  const out = new Map();
  for (let call = 0; entries.has(`call/${call}/input`); call++) {
    if (entries.has(`call/${call}/h_0/0`)) throw new TypeError("h_0 is a pair, but should be one array");
    run(network, parameters, dtype, entries.get(`call/${call}/input`), entries.get(`call/${call}/h_0`), (name, value) =>
      out.set(`call/${call}/${name}`, value),
    );
    if (entries.get("asks").value === "gradients") {
      out.set(`call/${call}/gradients/declined`, { type: TEXT, value: "it has no backward" });
    }
  }
  return out;
}

/** The configuration; what is not given is torch's default, what has a wrong type or value is refused. */
function construct(entries) {
  const get = (name, type, otherwise) => {
    const entry = entries.get(`argument/${name}`);
    if (!entry && otherwise !== undefined) return otherwise;
    if (!entry || entry.type !== type) throw new TypeError(`${name} is missing or of a wrong type`);
    return entry.value;
  };
  const known = "input_size hidden_size num_layers nonlinearity bias batch_first dropout bidirectional".split(" ");
  for (const name of entries.keys()) {
    if (name.startsWith("argument/") && !known.includes(name.slice(9))) throw new TypeError(`${name} is unknown`);
  }
  const network = {
    inputSize: Number(get("input_size", INTEGER)),
    hiddenSize: Number(get("hidden_size", INTEGER)),
    numLayers: Number(get("num_layers", INTEGER, 1)),
    nonlinearity: get("nonlinearity", TEXT, "tanh"),
    bias: get("bias", TRUTH, true),
    batchFirst: get("batch_first", TRUTH, false),
    directions: get("bidirectional", TRUTH, false) ? 2 : 1,
  };
  const integer = entries.get("argument/dropout")?.type === INTEGER;
  const dropout = Number(get("dropout", integer ? INTEGER : NUMBER, 0));
  if (!(dropout >= 0 && dropout <= 1)) throw new RangeError("dropout is no probability");
  if (!["tanh", "relu"].includes(network.nonlinearity)) throw new RangeError("nonlinearity is neither tanh nor relu");
  for (const name of ["inputSize", "hiddenSize", "numLayers"]) {
    if (network[name] < 1) throw new RangeError(`${name} should be 1 or more`);
  }
  if (dropout > 0 && network.numLayers > 1) throw new Declined("it has no dropout between layers");
  return network;
}

/** One call, in the shapes that the caller uses: with batch_first, or without a batch. */
function run(network, parameters, dtype, input, h0, tell) {
  const { inputSize, hiddenSize: H, directions: D, batchFirst } = network;
  const batched = input.dims?.length === 3;
  if (!batched && input.dims?.length !== 2) throw new RangeError("input should have two axes or three");
  if (input.type !== dtype || (h0 && h0.type !== dtype)) throw new TypeError("the parameters have another dtype");
  const swap = batched && batchFirst;
  const [T, B] = batched ? (swap ? [input.dims[1], input.dims[0]] : input.dims) : [input.dims[0], 1];
  if (T === 0) throw new RangeError("the sequence should have a step at least");
  if (input.dims.at(-1) !== inputSize) throw new RangeError("the last axis of input should have input_size elements");
  const states = batched ? [network.numLayers * D, B, H] : [network.numLayers * D, H];
  if (h0 && h0.dims.join() !== states.join()) throw new RangeError(`h_0 should be of shape ${states}`);

  const x = swap ? swapped(numbers(input), B, T, inputSize) : numbers(input);
  const { output, hN } = forward(network, parameters, x, h0 && numbers(h0), T, B);
  const dims = batched ? (swap ? [B, T, D * H] : [T, B, D * H]) : [T, D * H];
  tell("output", { type: dtype, dims, value: swap ? swapped(output, T, B, D * H) : output });
  tell("h_n", { type: dtype, dims: states, value: hN });
}

// ---- frames: a header of 32 bytes, then entries (name, type, dims, payload), little endian

const [HELLO, WELCOME, CASE, ANSWER, DECLINED, RAISED, REFUSED] = [1, 2, 3, 4, 5, 6, 7];
const [FLOAT64, FLOAT32, TEXT, INTEGER, NUMBER, TRUTH] = [1, 2, 16, 17, 18, 19];
const VERSION = 1;

/** Exactly so many bytes of standard input; null where it ends before the first. */
function read(count) {
  const bytes = Buffer.alloc(count);
  for (let got = 0; got < count; ) {
    const more = readSync(0, bytes, got, count - got, null);
    if (more === 0 && got === 0) return null;
    if (more === 0) throw new Error("the input ended in the middle of a frame");
    got += more;
  }
  return bytes;
}

function readFrame() {
  const header = read(32);
  if (header === null) return null;
  if (header.toString("latin1", 0, 4) !== "RNNC") throw new Error("the input is no frame");
  const body = read(Number(header.readBigUInt64LE(24)));
  const entries = new Map();
  let at = 0;
  for (let left = header.readUInt32LE(16); left > 0; left--) {
    const [nameLength, type, ndim] = [body.readUInt16LE(at), body[at + 2], body[at + 3]];
    const length = Number(body.readBigUInt64LE(at + 4));
    at += 12;
    const dims = Array.from({ length: ndim }, (_, axis) => Number(body.readBigUInt64LE(at + 8 * axis)));
    at += 8 * ndim;
    const name = body.toString("utf8", at, at + nameLength);
    at += nameLength;
    entries.set(name, { type, dims, value: scalar(type, body.subarray(at, at + length)) });
    at += length;
  }
  const [version, kind, sequence] = [header.readUInt16LE(4), header.readUInt16LE(6), header.readBigUInt64LE(8)];
  return { version, kind, sequence, entries };
}

/** Texts, numbers and truths as such; the bytes of anything else, arrays among it. */
function scalar(type, bytes) {
  if (type === TEXT) return bytes.toString("utf8");
  if (type === INTEGER) return bytes.readBigInt64LE(0);
  if (type === NUMBER) return bytes.readDoubleLE(0);
  return type === TRUTH ? bytes[0] === 1 : bytes;
}

/** The numbers of an array, as float64, which holds every float32 exactly. */
function numbers({ type, value }) {
  const [size, get] = type === FLOAT64 ? [8, "readDoubleLE"] : [4, "readFloatLE"];
  if (type !== FLOAT64 && type !== FLOAT32) throw new TypeError("an array should be of float64 or float32");
  return Float64Array.from({ length: value.length / size }, (_, i) => value[get](i * size));
}

function payload({ type, value }) {
  if (type === TEXT) return Buffer.from(value, "utf8");
  const rounded = type === FLOAT32 ? Float32Array.from(value) : value;
  return Buffer.from(rounded.buffer, rounded.byteOffset, rounded.byteLength); // little endian, as every computer now
}

function writeFrame(kind, sequence, entries) {
  const parts = [];
  for (const [name, entry] of entries) {
    const [spelled, bytes, dims] = [Buffer.from(name, "utf8"), payload(entry), entry.dims ?? []];
    const head = Buffer.alloc(12 + 8 * dims.length);
    head.writeUInt16LE(spelled.length, 0);
    head[2] = entry.type;
    head[3] = dims.length;
    head.writeBigUInt64LE(BigInt(bytes.length), 4);
    dims.forEach((size, axis) => head.writeBigUInt64LE(BigInt(size), 12 + 8 * axis));
    parts.push(head, spelled, bytes);
  }
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(32); // the reserved field stays zero
  header.write("RNNC", "latin1");
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(kind, 6);
  header.writeBigUInt64LE(sequence, 8);
  header.writeUInt32LE(entries.size, 16);
  header.writeBigUInt64LE(BigInt(body.length), 24);
  const bytes = Buffer.concat([header, body]);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

const text = (fields) => new Map(Object.entries(fields).map(([name, value]) => [name, { type: TEXT, value }]));

function respond({ version, kind, sequence, entries }) {
  if (version !== VERSION) return writeFrame(REFUSED, sequence, text({ reason: `this speaks version ${VERSION}` }));
  if (kind === HELLO) return writeFrame(WELCOME, sequence, new Map());
  if (kind !== CASE) return writeFrame(REFUSED, sequence, text({ reason: `kind ${kind} is no question` }));
  try {
    return writeFrame(ANSWER, sequence, answer(entries));
  } catch (error) {
    if (error instanceof Declined) return writeFrame(DECLINED, sequence, text({ reason: error.message }));
    return writeFrame(RAISED, sequence, text({ kind: error.name, message: error.message }));
  }
}

for (let frame = readFrame(); frame !== null; frame = readFrame()) respond(frame);
