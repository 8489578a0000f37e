"""The fault dictionary: every entry is one step of the reference changed, is seen, and goes together with others."""

import itertools
import string

import pytest
from small import judge

from conformance.faults import BY_ID, DICTIONARY, EQUIVALENT, plant
from conformance.reference import RNN
from conformance.status import Status

#: Small cases that between them show every fault of the dictionary.
SHOWING = (
    {"num_layers": 3, "bidirectional": True, "h_0": "given", "bias_scale": 2.0},
    {"num_layers": 2, "bidirectional": True, "h_0": "given", "nonlinearity": "relu", "batch_first": True},
    {"num_layers": 1, "h_0": "given", "seq_len": 9, "calls": "repeated", "upstream_scale": 40.0},
    {"num_layers": 1, "calls": "repeated"},
    {"batch_size": None},
    {"num_layers": 2, "input_size": 4},
    {"nonlinearity": "relu", "input_scale": 0.0, "bias": False},
    {"nonlinearity": "relu", "bias_scale": 40.0, "hidden_size": 2},
    {"input_scale": 1e12},
)

#: These need what only the suite's special values show.
SPECIAL = {"relu-hides-nan", "grad-relu-stops-nan"}
WRONG = (Status.FAIL, Status.ERROR)


def seen(network):
    return any(judge(network, **settings).status in WRONG for settings in SHOWING)


@pytest.mark.parametrize("fault", [f for f in DICTIONARY if f.id not in SPECIAL], ids=lambda f: f.id)
def test_every_fault_is_seen(fault):
    assert seen(plant({fault.id: None})), f"{fault.id} changes nothing that these cases show"


@pytest.mark.parametrize("fault", EQUIVALENT, ids=lambda f: f.id)
def test_an_equivalent_change_is_not_seen(fault):
    assert not seen(plant({fault.id: None})), f"{fault.id} is said to be equivalent, yet it was seen"


def test_nothing_planted_is_the_reference():
    assert issubclass(plant({}), RNN)
    assert not seen(plant({}))


def test_ids_and_attributes_are_unique_so_that_any_two_go_together():
    everything = DICTIONARY + EQUIVALENT
    assert len({f.id for f in everything}) == len(everything) == len(BY_ID)
    names = [name for f in everything for name in f.network.__annotations__]
    assert set(names) >= {f.name for f in everything if f.name}
    assert len(set(names)) == len(names), f"two faults share {sorted(n for n in names if names.count(n) > 1)}"
    assert not [name for name in names if hasattr(RNN(3, 4), name)]


@pytest.mark.parametrize("fault", DICTIONARY + EQUIVALENT, ids=lambda f: f.id)
def test_a_fault_speaks_in_sentences(fault):
    for value in fault.values:
        sentence = fault.sentence(value)
        assert sentence[0] in string.ascii_uppercase + string.ascii_lowercase
        assert sentence.endswith(".")
        assert (value is None) or str(value) in sentence
        assert plant({fault.id: value})(3, 4)
    assert fault.hint


def test_two_faults_act_together_in_a_fixed_order():
    one, other = (
        plant({"bias-hh-missing": None, "relu-leaky": 0.2}),
        plant({"relu-leaky": 0.2, "bias-hh-missing": None}),
    )
    assert one is other
    assert one.slope == 0.2
    assert one.__name__ == "bias-hh-missing+relu-leaky"


def test_any_two_faults_can_be_planted_together():
    for one, other in itertools.combinations(DICTIONARY, 2):
        assert plant({one.id: None, other.id: None})(3, 4), f"{one.id} and {other.id} do not go together"


def test_an_unknown_fault_or_value_is_refused():
    with pytest.raises(KeyError):
        plant({"no-such-fault": None})
    with pytest.raises(ValueError, match="the value of relu-leaky is 0.5, but should be one of"):
        plant({"relu-leaky": 0.5})
