"""torch.nn.RNN and the reference side by side, for the reference's tests."""

import numpy as np
import pytest
import torch

from conformance.reference import RNN

SEQ_LEN = 6
ROUNDING = 1e-12  # torch and the reference were seen to differ by less than 1e-14 on numbers of this size

NUMPY = {torch.float32: np.float32, torch.float64: np.float64}


class Pair:
    """torch.nn.RNN and a reference (or a faulty one) with the same arguments and parameters."""

    def __init__(self, *sizes, kind=RNN, dtype=torch.float64, seed=0, **arguments):
        torch.manual_seed(seed)
        self.torch = torch.nn.RNN(*sizes, dtype=dtype, **arguments)
        self.network = kind(*sizes, **arguments)
        self.rng = np.random.default_rng(seed)
        self.dtype = NUMPY[dtype]
        self.load()

    def load(self):
        """Hand the reference torch's parameters."""
        self.network.load_state_dict({name: value.numpy() for name, value in self.torch.state_dict().items()})

    def draw(self, *shape):
        return self.rng.normal(size=shape).astype(self.dtype)

    def arguments(self, batch_size, *, h_0, seq_len=SEQ_LEN):
        """Random input and, if wanted, h_0; a batch_size of None is the unbatched form."""
        batch = () if batch_size is None else (batch_size,)
        sequence = (*batch, seq_len) if self.torch.batch_first else (seq_len, *batch)
        states = self.torch.num_layers * (2 if self.torch.bidirectional else 1)
        return self.draw(*sequence, self.torch.input_size), (
            self.draw(states, *batch, self.torch.hidden_size) if h_0 else None
        )

    def answers(self, x, h_0=None, *, upstream=None):
        """Every tensor by name, torch's and the reference's; upstream gradients are random where none are given."""
        leaves = {"input": x} if h_0 is None else {"input": x, "h_0": h_0}
        leaves = {name: torch.tensor(value, requires_grad=True) for name, value in leaves.items()}
        output, h_n = self.torch(*leaves.values())
        grad_output, grad_h_n = upstream or (self.draw(*output.shape), self.draw(*h_n.shape))
        wrt = leaves | dict(self.torch.named_parameters())
        gradients = torch.autograd.grad(
            [output, h_n], list(wrt.values()), [torch.tensor(grad_output), torch.tensor(grad_h_n)]
        )
        wanted = {"output": output, "h_n": h_n} | dict(zip(wrt, gradients, strict=True))
        got = dict(zip(("output", "h_n"), self.network.forward(x, h_0), strict=True))
        got |= self.network.backward(grad_output, grad_h_n)
        return {name: value.detach().numpy() for name, value in wanted.items()}, got


def differences(wanted, got, rounding=ROUNDING):
    """What is different, one sentence each."""
    if list(wanted) != list(got):
        return [f"The names are {list(got)}, but should be {list(wanted)}"]
    found = []
    for name, want in wanted.items():
        have = got[name]
        if (have.shape, have.dtype) != (want.shape, want.dtype):
            found.append(f"{name} is {have.shape} {have.dtype}, but should be {want.shape} {want.dtype}")
        elif not np.allclose(have, want, rtol=rounding, atol=rounding, equal_nan=True):
            found.append(f"{name} is {have}, but should be {want}")
    return found


def zeros(*shape, dtype=np.float64):
    return np.zeros(shape, dtype)


def raised(act):
    """The type and text of what an act raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- which one is what is looked at
        act()
    return caught.type, str(caught.value)
