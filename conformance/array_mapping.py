"""Which of an object's arrays is which of torch's parameters, told by shape first and by name second."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Shape = tuple[int, ...]
Arrays = Sequence[tuple[str, Shape]]
Kind = Literal["weight_ih", "weight_hh", "weights", "bias", "bias_ih", "bias_hh"]

# What a name says is tried on its last word: `params['Wx']` and `layers[0].Wx` both say Wx.
_WORD = re.compile(r"[A-Za-z_]\w*")
_SAYS: dict[Kind, re.Pattern[str]] = {
    "weight_ih": re.compile(r"ih|xh|hx|[wu]_?x|[wu]_?i|[wu]_?ax|xa|i2h|x2h|in2|input|(?<!recurrent_)kernel"),
    "weight_hh": re.compile(r"hh|[wu]_?h|aa|h2h|hid2|recurrent|rec|hidden_hidden|^u"),
    "bias_ih": re.compile(r"ih|xh|_?x$|_?i$|i2h|x2h|input"),
    "bias_hh": re.compile(r"hh|[bh]_?h$|h2h|recurrent|hidden"),
}
# Gradients, momenta and caches have the shape of what they belong to; the state that of a bias.
_NOT_A_PARAMETER = re.compile(
    r"^(d[A-Z_]\w*|d[bwu]\w*|m[A-Z]\w*|v[A-Z]\w*|grads?|grad_\w*|\w*_grads?|g[A-Z]\w*|gradients?|delta\w*|\w*cache\w*|"
    r"mem\w*|\w*momentum\w*|optimi[sz]er|h|hs|h_?0|a_?0|h_?prev|a_?prev|prev_?h|\w*hiddens?(_state)?|\w*states?|inputs?)$"
)


@dataclass(frozen=True)
class Role:
    """What one array is in a layer's equations, and how it is laid out.

    `transposed`: columns are hidden units, so that it is multiplied as x @ W. `hidden_first`: in an array that holds
    both weights, those of h come before those of x.
    """

    kind: Kind
    shape: Shape
    transposed: bool = False
    hidden_first: bool = False

    def expression(self, suffix: str = "_l0") -> str:
        """Python that makes the array from torch's `state`; a suffix of `_l{k}` makes it an f-string's."""
        f = "f" if "{" in suffix else ""
        name = {kind: f'state[{f}"{kind}{suffix}"]' for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        if self.kind == "bias":
            return self._place(f"{name['bias_ih']} + {name['bias_hh']}", whole=False)
        if self.kind != "weights":
            return self._place(name[self.kind], whole=True)
        order = ("weight_hh", "weight_ih") if self.hidden_first else ("weight_ih", "weight_hh")
        return self._place(f"np.concatenate([{name[order[0]]}, {name[order[1]]}], axis=1)", whole=True)

    @property
    def parameters(self) -> tuple[str, ...]:
        """torch's names, without layer and direction, of what the array holds."""
        both = {"weights": ("weight_ih", "weight_hh"), "bias": ("bias_ih", "bias_hh")}
        return both.get(self.kind, (self.kind,))

    @property
    def comment(self) -> str:
        """How it differs from torch's, in a few words; empty where it does not."""
        words = [str(self.shape).replace(",)", ")")]
        if self.kind == "weights":
            words.append("both weights, those of " + ("h first, then x" if self.hidden_first else "x first, then h"))
        if self.kind == "bias":
            words.append("one bias, where torch adds two")
        if self.transposed:
            words.append("multiplied as " + ("h @ W" if self.kind == "weight_hh" else "x @ W") + ", so transposed")
        return ": ".join([words[0], ", ".join(words[1:])]) if words[1:] else words[0]

    def _place(self, expression: str, *, whole: bool) -> str:
        """The expression, transposed and given the axes of length 1 that the array has beside torch's."""
        axes = ""
        if self.kind.startswith("bias") and len(self.shape) > 1:
            axes = "[" + ", ".join("None" if size == 1 else ":" for size in self.shape) + "]"
        elif not self.kind.startswith("bias") and len(self.shape) > 2:  # noqa: PLR2004 -- a matrix has two axes
            axes = "[None]"
        tail = (".T" if self.transposed else "") + axes
        return f"({expression}){tail}" if tail and not whole else expression + tail


def roles(arrays: Arrays, input_size: int, hidden_size: int) -> dict[str, Role]:
    """The role of each array of one layer in one direction, by path; what has none is left out.

    A square W_hh does not show which way round it is multiplied, so it is taken to be multiplied like W_ih.
    """
    candidates = [(path, shape) for path, shape in arrays if not _is_other(path)]
    found = _weights(candidates, input_size, hidden_size)
    biases = [(path, shape) for path, shape in candidates if path not in found and _is_vector(shape, hidden_size)]
    return found | _biases(biases)


def _weights(arrays: Arrays, input_size: int, hidden_size: int) -> dict[str, Role]:
    """W_ih and W_hh, or the one array that holds both."""
    sizes = {"weight_ih": input_size, "weight_hh": hidden_size, "weights": input_size + hidden_size}
    found: dict[str, Role] = {}
    for kind in ("weight_ih", "weight_hh"):
        free = [(path, shape) for path, shape in arrays if path not in found]
        fitting = [(path, shape) for path, shape in free if _fits(shape, sizes[kind], hidden_size)]
        if fitting:
            path, shape = max(fitting, key=lambda item: _says(item[0], kind, square=input_size == hidden_size))
            transposed = _matrix(shape) != (hidden_size, sizes[kind]) or (
                kind == "weight_hh" and any(role.transposed for role in found.values())
            )
            found[path] = Role(kind, shape, transposed)
    if len(found) == 2:  # noqa: PLR2004 -- W_ih and W_hh
        return found
    both = [(path, shape) for path, shape in arrays if _fits(shape, sizes["weights"], hidden_size)]
    if both:
        path, shape = both[0]
        return {path: Role("weights", shape, transposed=_matrix(shape)[0] != hidden_size)}
    return found


def _biases(arrays: Arrays) -> dict[str, Role]:
    """One bias for both, or b_ih and b_hh by name, in the order in which they stand where the names do not say."""
    if len(arrays) == 1:
        return {path: Role("bias", shape) for path, shape in arrays}
    if len(arrays) != 2:  # noqa: PLR2004 -- torch's two biases
        named = [(path, shape) for path, shape in arrays if re.match(r"b|bias", _word(path), re.IGNORECASE)]
        return _biases(named) if 0 < len(named) < len(arrays) else {}
    first, second = arrays
    if _says(second[0], "bias_ih") > _says(first[0], "bias_ih") or (
        _says(first[0], "bias_hh") > _says(second[0], "bias_hh")
    ):
        first, second = second, first
    return {first[0]: Role("bias_ih", first[1]), second[0]: Role("bias_hh", second[1])}


def suggest_load_state_dict(arrays: Arrays, parameters: Mapping[str, Shape]) -> str:
    """A `load_state_dict` for an object with these arrays, as Python; `parameters` are torch's names and shapes.

    Only layer 0, forwards, is written out: it is what the smallest network has.
    """
    hidden_size, input_size = parameters["weight_ih_l0"]
    found = {path: role for path, role in roles(arrays, input_size, hidden_size).items() if path.isprintable()}
    lines = ["def load_state_dict(self, state):"]
    for path, role in found.items():
        lines.append(f"    self.{path} = {role.expression()}  # {role.comment}")
    covered = {f"{name}_l0" for role in found.values() for name in role.parameters}
    missing = [name for name in parameters if name not in covered]
    if len(missing) == len(parameters):
        return "\n".join([lines[0], "    self.state = state  # then let forward compute with self.state[...]"])
    if missing:
        lines.append(f"    # still to be placed: {', '.join(missing)}")
    return "\n".join(lines)


def _is_other(path: str) -> bool:
    """Whether a path's words say that the array is no parameter."""
    return any(_NOT_A_PARAMETER.match(word) for word in _WORD.findall(path))


def _word(path: str) -> str:
    """The last word of a path, without the number of a layer."""
    return re.sub(r"(_l)?\d+$", "", (_WORD.findall(path) or [""])[-1])


def _says(path: str, kind: Kind, *, square: bool = True) -> int:
    """2 where the last word says what kind it is, 1 where it says nothing, 0 where it says the other kind."""
    other: dict[Kind, Kind] = {
        "weight_ih": "weight_hh",
        "weight_hh": "weight_ih",
        "bias_ih": "bias_hh",
        "bias_hh": "bias_ih",
    }
    word = _word(path).lower()
    if _SAYS[kind].search(word):
        return 2
    return 0 if square and _SAYS[other[kind]].search(word) else 1


def _matrix(shape: Shape) -> Shape:
    """A shape without axes of length 1 before the last two."""
    return shape[-2:] if set(shape[:-2]) <= {1} else shape


def _fits(shape: Shape, columns: int, hidden_size: int) -> bool:
    return _matrix(shape) in ((hidden_size, columns), (columns, hidden_size))


def _is_vector(shape: Shape, hidden_size: int) -> bool:
    """Whether a shape has one axis of hidden_size and none else but of length 1."""
    return sorted(size for size in shape if size != 1) == [hidden_size]
