"""What the tests of training share: small training cases, and implementations that are wrong in one way."""

import functools

from small import case, fresh_runner

from conformance.adapters import adapt
from conformance.oracle import oracle
from conformance.reference import RNN
from conformance.runner import Subject
from conformance.training import expect_learning, learn
from conformance.verdict import judge_learning

DIGITS = {
    "task": "digits", "input_size": 8, "seq_len": 8, "hidden_size": 6, "batch_size": 10,
    "optimizer": "Adam", "learning_rate": 0.01, "steps": 8,
}  # fmt: skip
CHARACTERS = {
    "task": "characters", "input_size": 46, "seq_len": 12, "hidden_size": 6, "batch_size": 2, "h_0": "given",
    "h_0_from": "previous", "optimizer": "Adagrad", "learning_rate": 0.1, "reduction": "sum", "clip": 5.0, "steps": 8,
}  # fmt: skip


def digits(**settings):
    """A training case of a few steps on digits."""
    return case(asks="training", **DIGITS | settings)


def characters(**settings):
    """A training case of a few steps on text."""
    return case(asks="training", **CHARACTERS | settings)


@functools.cache
def expected(chosen, seed=0):
    """What torch learns; kept, since several tests ask for the same."""
    return expect_learning(chosen, seed, oracle())


def learned(chosen, network=RNN, seed=0):
    """What a network learns."""
    return learn(adapt(network, "subject"), expected(chosen, seed).task)


def judged(chosen, network=RNN, seed=0):
    """The verdict on a network."""
    return judge_learning(expected(chosen, seed), learned(chosen, network, seed))


def recorded(chosen, network=RNN):
    """The record of a network, through the same loop as every run's."""
    return fresh_runner().record(chosen, Subject(adapt(network, "subject")))
