"""The reference's time beside torch's, round by round: no assertion on time, the table shows it."""

from time import perf_counter

import numpy as np
import pytest
import torch
from paired_times import PairedTimes

from conformance.reference import RNN

SIZES = [(5, 3, 4, 5), (20, 4, 8, 16), (28, 100, 28, 128), (100, 32, 64, 128), (200, 16, 128, 256), (50, 64, 256, 512)]
SMALL = SIZES[:2]
GOALS = {"forward": (0.45, 1.0), "gradients": (0.2, 1.0)}  # small sizes, the others

SECONDS = 3.0  # for one line and task, of both sides together
ROUND = 0.005  # the least that a round of one side should last, so that the clock does not matter
ROUNDS = (15, 150)


class Contest:
    """One layer of both with the same parameters and arguments; upstream gradients on output and h_n."""

    def __init__(self, size, dtype):
        torch.manual_seed(0)
        seq_len, batch_size, input_size, hidden_size = size
        self.module = torch.nn.RNN(input_size, hidden_size, dtype=dtype)
        shapes = (seq_len, batch_size, input_size), (1, batch_size, hidden_size)
        self.leaves = [torch.randn(shape, dtype=dtype, requires_grad=True) for shape in shapes]
        upstream = (seq_len, batch_size, hidden_size), (1, batch_size, hidden_size)
        self.upstream = [torch.randn(shape, dtype=dtype) for shape in upstream]
        self.wrt = [*self.leaves, *self.module.parameters()]
        self.network = RNN(input_size, hidden_size)
        self.network.load_state_dict({name: value.numpy() for name, value in self.module.state_dict().items()})
        self.arrays = [leaf.detach().numpy() for leaf in self.leaves]
        self.grads = [gradient.numpy() for gradient in self.upstream]

    def torch_forward(self):
        with torch.no_grad():
            return self.module(*self.leaves)

    def torch_gradients(self):
        return torch.autograd.grad(self.module(*self.leaves), self.wrt, self.upstream)

    def reference_forward(self):
        return self.network.forward(*self.arrays)

    def reference_gradients(self):
        self.network.forward(*self.arrays)
        return list(self.network.backward(*self.grads).values())


def timed(act, times):
    """Seconds that some calls of an act take together."""
    start = perf_counter()
    for _ in range(times):
        act()
    return perf_counter() - start


@pytest.mark.parametrize("task", GOALS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_reference_time(benchmark, record, size, dtype, task):
    contest = Contest(size, dtype)
    theirs, ours = getattr(contest, f"torch_{task}"), getattr(contest, f"reference_{task}")
    for want, have in zip(theirs(), ours(), strict=True):
        assert np.allclose(have, want.numpy(), rtol=1e-2, atol=1e-2), "the two do not compute the same"
    calls = max(1, round(ROUND / timed(ours, 1)))
    rounds = int(np.clip(SECONDS / (timed(theirs, calls) + timed(ours, calls)), *ROUNDS))
    torch_times, reference_times = [], []
    benchmark.pedantic(
        lambda: reference_times.append(timed(ours, calls)),
        setup=lambda: torch_times.append(timed(theirs, calls)),
        rounds=rounds,
    )
    goal = GOALS[task][size not in SMALL]
    record(size, str(dtype).removeprefix("torch."), task, PairedTimes(torch_times, reference_times, goal))
