"""Two epochs of the digits learned by torch and by the reference, in turns: no assertion on time, the table shows it."""

import dataclasses
from time import perf_counter

import pytest

from conformance.adapters import adapt
from conformance.case import Case
from conformance.oracle import oracle
from conformance.reference import RNN
from conformance.training import assign, learn

#: The suite's own case, and the network of the text that the task comes from, at a rate at which it learns.
SIZES = {
    "as training/digits": {"hidden_size": 24, "batch_size": 50, "learning_rate": 0.01},
    "as published": {"hidden_size": 128, "batch_size": 100, "learning_rate": 0.003},
}
ROUNDS = 5


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("size", SIZES)
def test_training_time(record_training, size, dtype):
    settings = {"input_size": 8, "seq_len": 8, "num_layers": 2, "batch_first": True} | SIZES[size]
    case = Case(id=f"bench/{size}", asks="training", task="digits", optimizer="Adam", **settings)
    # 1,500 of the 1,797 digits are learned from: two epochs of what is not held out.
    task = assign(dataclasses.replace(case, dtype=dtype, steps=2 * 1500 // settings["batch_size"]), 0)
    network, teacher = adapt(RNN, "the reference"), oracle()
    times = {"torch": [], "reference": []}
    for _ in range(ROUNDS):
        for who, act in (("torch", lambda: teacher.train(task).learned), ("reference", lambda: learn(network, task))):
            start = perf_counter()
            learned = act()
            times[who].append(perf_counter() - start)
            assert learned.losses[-1] < 0.8 * learned.losses[0], f"{who} does not learn"
    record_training(size, dtype, task, times, learned.accuracy)
