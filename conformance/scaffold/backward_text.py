"""The body of an adapter's backward."""

from __future__ import annotations

from conformance.scaffold.backward import Gradients
from conformance.scaffold.forward_text import Calls
from conformance.scaffold.phrase import comment, raising
from conformance.scaffold.wiring import Wiring

_PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def lines(gradients: Gradients, calls: Calls, end: list[str], *, layered: bool, optional_bias: bool) -> list[str]:
    """From both upstream gradients to `found`, the dict that the contract asks for; `end` returns it, or refuses."""
    way = gradients.way
    body = ["g, g_n = self._time_major(grad_output), self._with_batch(grad_h_n)"]
    if way.finding.grain == "sequence":
        once = _one_by_one(gradients, calls, layered=layered, optional_bias=optional_bias)
        return [*body, *_fold(gradients, calls.name, layered=layered), *once, *end]
    body += ["x = self.x"] if way.takes_x else []
    body += ["result = self.result"] if way.needs_result else []
    body += [*_fold(gradients, calls.name, layered=layered), f"gradients = {way.text}", "found = {}"]
    body += _called(gradients.sources)
    return [*body, *_parameters(gradients.sources, "found[{}] = {}", layered, optional_bias), *end]


def _called(sources: dict[str, str]) -> list[str]:
    """The gradients that are laid out as input and h_0 were."""
    body = [f'found["input"] = self._as_called({sources["input"]})'] if "input" in sources else []
    if "h_0" in sources:
        body += ["if self.h_0_given:", f'    found["h_0"] = self._state_as_called({sources["h_0"]})']
    return body


def _fold(gradients: Gradients, name: str, *, layered: bool) -> list[str]:
    """Where theirs is told nothing of h_n: it is output's last step, and so is its gradient."""
    if "g_n" in gradients.way.text:
        return []
    told = []
    if layered:
        told = ["if g_n[:-1].any():", *_indented(raising(f"{name} is told no upstream gradient of h_n"))]
    remark = "It is told no upstream gradient of h_n; h_n is output's last step, so both gradients belong there."
    return [*told, *comment(remark), "g = g.copy()", "g[-1] += g_n[-1]"]


def _one_by_one(gradients: Gradients, calls: Calls, *, layered: bool, optional_bias: bool) -> list[str]:
    """Forward and backward of one sequence after another; their parameters' gradients add up."""
    sources = gradients.sources
    kept = {"input": "dx", "h_0": "dh_0"}
    once = [*calls.call("x[:, n]", "h[:, n]"), f"gradients = {gradients.way.text}"]
    once += [f"{each}.append({sources[name]})" for name, each in kept.items() if name in sources]
    once += _parameters(sources, "found[{0}] = found.get({0}, 0) + {1}", layered, optional_bias)
    return [
        *comment("It remembers one sequence, so each is run once more and differentiated by itself."),
        "x, h = self.x, self.h",
        "found, dx, dh_0 = {}, [], []",
        "for n in range(x.shape[1]):",
        *_indented(once),
        *_called({name: f"np.stack({each}, 1)" for name, each in kept.items() if name in sources}),
    ]


def _parameters(sources: dict[str, str], form: str, layered: bool, optional_bias: bool) -> list[str]:
    """A line for each parameter; `form` has a place for its name and one for its gradient."""
    key = 'f"{}_l{{k}}"' if layered else '"{}_l0"'
    written = {name: form.format(key.format(name), sources[name]) for name in _PARAMETERS if name in sources}
    biases = [line for name, line in written.items() if name.startswith("bias")]
    body = [line for name, line in written.items() if not name.startswith("bias")]
    if biases and optional_bias:
        biases = ["if self.bias:", *_indented(biases)]
    body += biases
    return ["for k in range(self.num_layers):", *_indented(body)] if layered else body


def autograd(wiring: Wiring, *, optional_bias: bool, with_h_0: bool) -> list[str]:
    """The same by torch's autograd, whatever theirs is."""
    sources: dict[str, str] = {}
    for slot in wiring.slots:
        sources |= slot.role.gradients(f"self._gradient({slot.location.read})")
    given = ["if self.h_0_given:", '    found["h_0"] = self._state_as_called(self._gradient(self.h))']
    fresh = wiring.each(lambda slot: [f"{slot.location.read}.grad = None"], optional_bias=optional_bias)
    if wiring.named:
        fresh = ["for name in self.names:", "    getattr(self.theirs, name).grad = None"]
    body = [
        "g, g_n = self._time_major(grad_output), self._with_batch(grad_h_n)",
        "# Autograd adds to what is there.",
        *fresh,
        "torch.autograd.backward(self.answers, [torch.from_numpy(g), torch.from_numpy(g_n)])",
        'found = {"input": self._as_called(self._gradient(self.x))}',
        *(given if with_h_0 else []),
    ]
    if wiring.named:
        every = ["for name in self.names:", "    found[name] = self._gradient(getattr(self.theirs, name))"]
        return [*body, *every, "return found"]
    layered = wiring.is_layered
    return [*body, *_parameters(sources, "found[{}] = {}", layered, optional_bias), "return found"]


def _indented(lines_: list[str]) -> list[str]:
    return [f"    {line}" for line in lines_]
