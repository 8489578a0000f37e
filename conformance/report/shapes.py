"""The shapes of one call, in words: what goes in and what torch gives back."""

from __future__ import annotations

from conformance.record import Json, Record

_SIZES = ("input_size", "hidden_size", "num_layers", "seq_len")


def shapes(record: Record) -> str:
    """`input (7, 1, 8), h_0 (2, 1, 11) -> output (7, 1, 22), h_n (2, 1, 11)`; nothing for a wrong call.

    A training case makes such a call at each of its steps.
    """
    settings = record.settings
    sizes: list[Json] = [settings.get(name) for name in _SIZES]
    batch = settings.get("batch_size")
    if record.asks == "validation" or not all(type(n) is int for n in sizes):
        return ""
    if batch != "unbatched" and type(batch) is not int:
        return ""
    features, hidden, layers, steps = sizes
    directions = 2 if settings.get("bidirectional") is True else 1
    sequences = [] if batch == "unbatched" else [batch]
    time = [*sequences, steps] if settings.get("batch_first") is True else [steps, *sequences]
    state = _shape(layers * directions, *sequences, hidden)
    h_0 = f", h_0 {state}" if settings.get("h_0") == "given" else ""
    each = "at each step: " if record.asks == "training" else ""
    return f"{each}input {_shape(*time, features)}{h_0} -> output {_shape(*time, directions * hidden)}, h_n {state}"


def _shape(*sizes: object) -> str:
    return f"({', '.join(str(size) for size in sizes)})"
