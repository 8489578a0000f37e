"""A function over Python lists of rows, forward only; everything it needs is handed to it at each call."""

import numpy as np


def rnn(  # noqa: PLR0913 -- torch's arguments, and the call's
    input,
    h_0,
    state,
    *,
    input_size,
    hidden_size,
    num_layers=1,
    nonlinearity="tanh",
    bias=True,
    batch_first=False,
    dropout=0.0,
    bidirectional=False,
):
    if input.ndim == 2:
        samples = [list(input)]
    else:
        samples = [list(sample) for sample in (input if batch_first else input.transpose(1, 0, 2))]
    seq_len = input.shape[1 if input.ndim == 3 and batch_first else 0]
    suffixes = ["", "_reverse"] if bidirectional else [""]
    starts = [[None] * num_layers * len(suffixes) for _ in samples]
    if h_0 is not None:
        starts = [list(h_0)] if input.ndim == 2 else [list(h_0[:, b]) for b in range(len(samples))]

    output = np.empty((len(samples), seq_len, len(suffixes) * hidden_size), input.dtype)
    h_n = np.empty((len(samples), num_layers * len(suffixes), hidden_size), input.dtype)
    for b, (sample, start) in enumerate(zip(samples, starts, strict=True)):
        rows, ends = sample, []
        for layer in range(num_layers):
            columns = []
            for suffix in suffixes:
                first = start[len(ends)]
                visited = rows[::-1] if suffix else rows
                states = one_direction(visited, first, cell_of(state, f"l{layer}{suffix}"), nonlinearity)
                ends.append(states[-1])
                columns.append(states[::-1] if suffix else states)
            rows = [np.concatenate(parts) for parts in zip(*columns, strict=True)]
        output[b], h_n[b] = rows, ends

    if input.ndim == 2:
        return output[0], h_n[0]
    return output if batch_first else output.transpose(1, 0, 2), h_n.transpose(1, 0, 2)


def cell_of(state, name):
    return tuple(state.get(f"{kind}_{name}") for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))


def one_direction(rows, h, cell, nonlinearity):
    weight_ih, weight_hh, bias_ih, bias_hh = cell
    states = []
    for x in rows:
        a = weight_ih @ x
        if h is not None:
            a = a + weight_hh @ h
        if bias_ih is not None:
            a = a + bias_ih + bias_hh
        h = np.tanh(a) if nonlinearity == "tanh" else np.where(a < 0, a.dtype.type(0), a)
        states.append(h)
    return states
