"""Which of an object's arrays is which of torch's parameters, told by shape first and by name second."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from conformance.array_role import Kind, Role, Shape

Arrays = Sequence[tuple[str, Shape]]

_BOTH = 2  # two weights, and torch's two biases

# What a name says is told from its last word: `params['Wx']` and `layers[0].Wx` both say Wx.
_WORD = re.compile(r"[A-Za-z_]\w*")
_SAYS: dict[Kind, re.Pattern[str]] = {
    "weight_ih": re.compile(r"ih|xh|hx|ax|xa|am|[wu]_?x|[wu]_?i|i2h|x2h|in2|inp|(?<!recurrent_)kernel"),
    "weight_hh": re.compile(r"hh|aa|[wu]_?h|h2h|hid2|rec|^u$"),
    "bias_ih": re.compile(r"ih|xh|_?x$|_?i$|i2h|x2h|inp"),
    "bias_hh": re.compile(r"hh|[bh]_?h$|h2h|rec|hid"),
}
_OTHER: dict[Kind, Kind] = {
    "weight_ih": "weight_hh",
    "weight_hh": "weight_ih",
    "bias_ih": "bias_hh",
    "bias_hh": "bias_ih",
}
# Gradients, momenta and caches have the shape of what they belong to.
_COPY = re.compile(
    r"^(d[A-Z_]\w*|d[bwu]\w*|m[A-Zb]\w*|v[A-Z]\w*|g[A-Z]\w*|grads?|grad_\w*|\w*_grads?|gradients?|delta\w*|\w*cache\w*|"
    r"mem\w*|\w*momentum\w*|optimi[sz]er)$"
)
# The state has the shape of a bias.
_STATE = re.compile(r"^_?(h|hs|s|h_?0|a_?0|h_?prev|a_?prev|prev_?h|last_?h|(\w*_)?hiddens?(_state)?|(\w*_)?states?)$")


def roles(arrays: Arrays, input_size: int, hidden_size: int) -> dict[str, Role]:
    """The role of each array of one layer in one direction, by path; what has none is left out.

    A square W_hh does not show from which side it is multiplied, so it is taken to be multiplied like W_ih.
    """
    candidates = [(path, shape) for path, shape in arrays if not is_copy(path) and not is_state(path)]
    found = _weights(candidates, input_size, hidden_size)
    biases = [(path, shape) for path, shape in candidates if path not in found and is_vector(shape, hidden_size)]
    return found | _biases(biases)


def is_copy(path: str) -> bool:
    """Whether a word of a path says that the array is a gradient, a momentum or a cache."""
    return any(_COPY.match(word) for word in _WORD.findall(path))


def is_state(path: str) -> bool:
    """Whether the last word of a path says that the array is a hidden state."""
    return bool(_STATE.match((_WORD.findall(path) or [""])[-1]))


def is_vector(shape: Shape, hidden_size: int) -> bool:
    """Whether a shape has one axis of hidden_size and none else but of length 1."""
    return sorted(size for size in shape if size != 1) == [hidden_size]


def says(path: str, kind: Kind, *, or_nothing: bool = False) -> int:
    """2 where a path's last word says what kind it is, 1 where it says nothing, 0 where it says the other kind.

    With `or_nothing`, for arrays whose shape has settled the kind, the other kind's name says nothing either.
    """
    word = re.sub(r"(_l)?\d+$", "", (_WORD.findall(path) or [""])[-1]).lower()
    if _SAYS[kind].search(word):
        return 2
    return 1 if or_nothing or not _SAYS[_OTHER[kind]].search(word) else 0


def _weights(arrays: Arrays, input_size: int, hidden_size: int) -> dict[str, Role]:
    """W_ih and W_hh, or else the one array that holds both."""
    columns: dict[Kind, int] = {"weight_ih": input_size, "weight_hh": hidden_size}
    found: dict[str, Role] = {}
    for kind, size in columns.items():
        fitting = [(p, s) for p, s in arrays if p not in found and _fits(s, size, hidden_size)]
        if fitting:
            path, shape = max(fitting, key=lambda item: says(item[0], kind, or_nothing=input_size != hidden_size))
            like_w_ih = kind == "weight_hh" and any(role.transposed for role in found.values())
            found[path] = Role(kind, shape, like_w_ih or _matrix(shape) != (hidden_size, size))
    if len(found) == _BOTH:
        return found
    both = [(path, shape) for path, shape in arrays if _fits(shape, input_size + hidden_size, hidden_size)]
    if both:
        path, shape = both[0]
        return {path: Role("weights", shape, transposed=_matrix(shape)[0] != hidden_size)}
    return found


def _biases(arrays: Arrays) -> dict[str, Role]:
    """One bias for both, or b_ih and b_hh by name, in the order in which they stand where the names do not say."""
    if len(arrays) == 1:
        return {path: Role("bias", shape) for path, shape in arrays}
    if len(arrays) != _BOTH:
        named = [(path, shape) for path, shape in arrays if _WORD.findall(path)[-1].lower().startswith("b")]
        return _biases(named) if 0 < len(named) < len(arrays) else {}
    first, second = sorted(arrays, key=lambda item: says(item[0], "bias_hh") - says(item[0], "bias_ih"))
    return {first[0]: Role("bias_ih", first[1]), second[0]: Role("bias_hh", second[1])}


def _matrix(shape: Shape) -> Shape:
    """A shape without axes of length 1 before the last two."""
    return shape[-2:] if set(shape[:-2]) <= {1} else shape


def _fits(shape: Shape, columns: int, hidden_size: int) -> bool:
    return _matrix(shape) in ((hidden_size, columns), (columns, hidden_size))


def suggest_load_state_dict(arrays: Arrays, parameters: Mapping[str, Shape]) -> str:
    """A `load_state_dict` for an object with these arrays, as Python; `parameters` are torch's names and shapes.

    Only layer 0, forwards, is written out: it is what the smallest network has.
    """
    hidden_size, input_size = parameters["weight_ih_l0"]
    found = roles(arrays, input_size, hidden_size)
    head = "def load_state_dict(self, state):"
    if not found:
        return f"{head}\n    self.state = state  # then let forward compute with self.state[...]"
    lines = [f"    self.{path} = {role.expression()}  # {role.comment}" for path, role in found.items()]
    covered = {f"{name}_l0" for role in found.values() for name in role.parameters}
    missing = [name for name in parameters if name not in covered]
    if missing:
        lines.append(f"    # still to be placed: {', '.join(missing)}")
    return "\n".join([head, *lines])
