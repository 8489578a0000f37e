"""A torch.nn.Module: built, moved to the dtype, loaded strictly, called with tensors, differentiated by autograd."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from conformance.adapters.signature import takes_positional
from conformance.adapters.subject import SubjectImplementation
from conformance.arguments import Array
from conformance.case import Case
from conformance.implementation import Instance, NotConnectedError, is_plain_array

#: What torch calls the dtypes in which cases are run.
_DTYPES = {"float64": torch.float64, "float32": torch.float32}


class TorchModuleImplementation(SubjectImplementation):
    """A subclass of torch.nn.Module; torch.nn.RNN itself comes in by this door too."""

    def build(self, case: Case) -> Instance:
        """One module for one case."""
        return TorchModuleInstance(self._module(case))

    def _module(self, case: Case) -> torch.nn.Module:
        """Construct and move to the case's dtype; the module stays in training mode."""
        positional, keywords = case.constructor()
        with _own_settings():
            module: torch.nn.Module = self._subject(*positional, **keywords).to(_DTYPES[case.dtype])
            return module


class TorchModuleInstance(Instance):
    """One module; keeps the tensors of the latest call for autograd."""

    def __init__(self, module: torch.nn.Module) -> None:
        self._module = module
        self._leaves: dict[str, torch.Tensor] = {}
        self._outputs: tuple[Any, ...] = ()
        self._parameters: dict[str, torch.Tensor] = {}

    def load(self, parameters: dict[str, Array]) -> None:
        """Load strictly; a module with other parameter names is not connected."""
        state = {name: torch.from_numpy(array) for name, array in parameters.items()}
        try:
            self._module.load_state_dict(state)
        except RuntimeError as error:
            has = ", ".join(f"{n} {tuple(p.shape)}" for n, p in self._module.named_parameters()) or "no parameters"
            said = textwrap.shorten(str(error), 300, placeholder=" ...")
            raise NotConnectedError(
                f"{type(self._module).__name__} is not connected: load_state_dict refuses torch.nn.RNN's parameters. "
                f"It has {has}. Name them as torch.nn.RNN does, or override load_state_dict to translate. "
                f"(torch says: {said})"
            ) from None
        self._parameters = self._by_torchs_names(state)

    def accepts_h_0(self) -> bool:
        """Whether forward takes a second positional argument."""
        return takes_positional(self._module.forward, 2)

    def forward(self, input: Any, h_0: Any) -> Any:  # noqa: A002 -- torch's own argument name
        """Call the module with tensors that share the given arrays' memory, so that changes to them are seen."""
        self._leaves = {}
        with _own_settings():
            tensor = self._leaf("input", input)
            result = self._module(tensor) if h_0 is None else self._module(tensor, self._leaf("h_0", h_0))
        self._outputs = tuple(result) if isinstance(result, tuple | list) else ()
        return result

    def offers_backward(self) -> bool:
        """Autograd offers it as soon as an output depends on something that requires a gradient."""
        return any(isinstance(o, torch.Tensor) and o.requires_grad for o in self._outputs)

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Any]:
        """Differentiate both outputs at once; a parameter that was not used has no gradient."""
        leaves = self._leaves | self._parameters
        upstream = (torch.from_numpy(grad_output), torch.from_numpy(grad_h_n))
        pairs = [(o, g) for o, g in zip(self._outputs, upstream, strict=False) if o.requires_grad]
        gradients = torch.autograd.grad(
            [o for o, _ in pairs], list(leaves.values()), [g for _, g in pairs], allow_unused=True
        )
        return {name: g for name, g in zip(leaves, gradients, strict=True) if g is not None}

    def read(self, value: Any) -> Array | None:
        """A copy as a NumPy array, of exactly a tensor that NumPy can hold."""
        if type(value) not in (torch.Tensor, torch.nn.Parameter):
            return None
        try:
            array = value.detach().cpu().resolve_conj().resolve_neg().numpy()
        except (TypeError, RuntimeError):  # sparse, bfloat16: NumPy has no such array
            return None
        return np.array(array, order="C") if is_plain_array(array) else None

    @property
    def array_type(self) -> str:
        """Tensors in, tensors out."""
        return "torch.Tensor"

    def _by_torchs_names(self, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The module's parameters that require gradients, by torch's names.

        A module that translates in load_state_dict may call them otherwise: then the numbers just loaded tell.
        """
        own = {name: p for name, p in self._module.named_parameters() if p.requires_grad}
        found: dict[str, torch.Tensor] = {name: own[name] for name in state if name in own}
        for name, value in state.items():
            same = [p for p in own.values() if p.shape == value.shape and torch.equal(p.detach(), value)]
            if name not in found and len(same) == 1:
                found[name] = same[0]
        return found

    def _leaf(self, name: str, value: Any) -> Any:
        """A tensor over the array's own memory that autograd can differentiate by; other values stay as they are."""
        if isinstance(value, tuple):
            return tuple(torch.from_numpy(v) for v in value)
        if not isinstance(value, np.ndarray):
            return value
        tensor = torch.from_numpy(value)
        if tensor.is_floating_point():
            tensor.requires_grad_()
            self._leaves[name] = tensor
        return tensor


@contextlib.contextmanager
def _own_settings() -> Iterator[None]:
    """Gradients on and tensors on the CPU, whatever some implementation set for the whole process."""
    # Within a block of a device every call of torch's takes a detour through Python.
    on_cpu = torch.get_default_device().type == "cpu"
    with torch.enable_grad(), contextlib.nullcontext() if on_cpu else torch.device("cpu"):
        yield
