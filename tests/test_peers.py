"""Other people's checks, rebuilt: right networks pass them, and each sees what it looks at and nothing else."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from conformance.faults import DICTIONARY, plant
from conformance.power.peers import PEERS, notice
from conformance.power.peers.cmu import CMU
from conformance.power.peers.dlsys import DLSYS_HIDDEN, DLSYS_VISIBLE
from conformance.power.peers.onnx import ONNX
from conformance.reference import RNN

ROOT = Path(__file__).parent


def subject(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "subjects" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.RNN


def why(peer, *faults):
    found = notice(peer, plant(dict.fromkeys(faults)))
    return found.why if found else None


class InFloat32(RNN):
    """Right, and honest in float32 whatever it is handed."""

    def load_state_dict(self, state):
        super().load_state_dict({name: value.astype(np.float32) for name, value in state.items()})

    def forward(self, input, h_0=None):
        return super().forward(input.astype(np.float32), None if h_0 is None else h_0.astype(np.float32))

    def backward(self, grad_output, grad_h_n):
        return super().backward(grad_output.astype(np.float32), grad_h_n.astype(np.float32))


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
@pytest.mark.parametrize(
    "network", [RNN, InFloat32, subject("right/class_plain")], ids=["reference", "float32", "plain"]
)
def test_a_right_network_passes(peer, network):
    assert notice(peer, network) is None


def test_each_has_the_cases_that_its_authors_wrote():
    assert [len(peer.cases) for peer in PEERS] == [256, 2, 8, 6]
    for peer in PEERS:
        assert len({case.name for case in peer.cases}) == len(peer.cases), f"{peer.name} has a name twice"


#: What each notices and what it does not, told from what it looks at. dlsys: output, h_n, the first layer's weight_ih.
SEEN = [
    (DLSYS_VISIBLE, "state-not-carried", True),
    (DLSYS_VISIBLE, "h0-ignored", True),
    (DLSYS_VISIBLE, "grad-through-time-missing", True),
    (DLSYS_VISIBLE, "returns-list", True),
    (DLSYS_VISIBLE, "relu-leaky", True),
    (DLSYS_VISIBLE, "grad-weight-hh-transposed", False),
    (DLSYS_VISIBLE, "grad-bias-missing", False),
    (DLSYS_VISIBLE, "grad-input-missing", False),
    (DLSYS_VISIBLE, "grad-hn-ignored", False),
    (DLSYS_VISIBLE, "default-nonlinearity-relu", False),  # its sweep always passes the argument
    # The hidden part has one network, tanh and given h_0, and looks at the last layer's weight_hh.
    (DLSYS_HIDDEN, "default-nonlinearity-relu", True),
    (DLSYS_HIDDEN, "grad-weight-hh-transposed", True),
    (DLSYS_HIDDEN, "layers-share-weights", True),
    (DLSYS_HIDDEN, "h0-default-not-zero", False),
    (DLSYS_HIDDEN, "relu-leaky", False),
    (DLSYS_HIDDEN, "grad-lower-layers-missing", False),
    # CMU looks at every gradient, but in the classifier for the last step alone, with a state of zeros.
    (CMU, "grad-bias-missing", True),
    (CMU, "grad-weight-hh-transposed", True),
    (CMU, "grad-lower-layers-missing", True),
    (CMU, "weights-updated-in-backward", True),
    (CMU, "state-not-carried", True),
    (CMU, "stale-cache-in-backward", False),
    (CMU, "h0-first-layer-reused", False),
    (CMU, "relu-leaky", False),
    (CMU, "h0-modified", False),
    # Four of the six wrong networks that were measured to pass all of ONNX's cases; two are planted below.
    (ONNX, "bias-hh-missing", False),
    (ONNX, "weight-hh-transposed", False),
    (ONNX, "reverse-not-restored", False),
    (ONNX, "directions-swapped", False),
    (ONNX, "bias-ih-missing", True),
    (ONNX, "reverse-not-reversed", True),
    (ONNX, "bidirectional-ignored", True),
    (ONNX, "batch-first-ignored", True),
    (ONNX, "h0-ignored", False),
    (ONNX, "grad-bias-missing", False),
]


@pytest.mark.parametrize(("peer", "fault", "seen"), SEEN, ids=lambda value: getattr(value, "name", str(value)))
def test_what_a_peer_notices(peer, fault, seen):
    found = notice(peer, plant({fault: None}))
    assert (found is not None) is seen, found


class RowsOfWeightIhReversed(RNN):
    def load_state_dict(self, state):
        super().load_state_dict({k: v[::-1] if k.startswith("weight_ih") else v for k, v in state.items()})


class RowsOfWeightHhPermuted(RNN):
    def load_state_dict(self, state):
        super().load_state_dict(
            {k: np.roll(v, 1, axis=0) if k.startswith("weight_hh") else v for k, v in state.items()}
        )


@pytest.mark.parametrize("network", [RowsOfWeightIhReversed, RowsOfWeightHhPermuted])
def test_onnx_lets_mixed_up_rows_through_and_dlsys_does_not(network):
    assert notice(ONNX, network) is None
    assert notice(DLSYS_VISIBLE, network)


class WrongAfterSixtyFourNumbers(RNN):
    """Both of the network's arrays are wrong behind the first 64 numbers."""

    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        output.reshape(-1)[64:] += 1
        h_n.reshape(-1)[64:] += 1
        return output, h_n


def test_dlsys_hidden_sees_64_numbers():
    assert notice(DLSYS_HIDDEN, WrongAfterSixtyFourNumbers) is None
    assert notice(DLSYS_VISIBLE, WrongAfterSixtyFourNumbers)


class OneTooMany(RNN):
    """float64 where float32 was handed in."""

    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        return output.astype(np.float64), h_n.astype(np.float64)


def test_only_onnx_compares_dtypes():
    assert "float64, but should be float32" in notice(ONNX, OneTooMany).why
    assert notice(DLSYS_VISIBLE, OneTooMany) is None


class Raises(RNN):
    def forward(self, input, h_0=None):
        raise ZeroDivisionError("nothing to divide by")


def test_what_is_raised_is_noticed_with_its_case():
    found = notice(ONNX, Raises)
    assert (found.case, found.why) == ("defaults", "it raised ZeroDivisionError: nothing to divide by")


def test_a_wrong_number_is_noticed_with_its_tensor():
    assert why(CMU, "bias-ih-missing").startswith("output of call 1 is off by up to 0.")
    assert why(DLSYS_VISIBLE, "num-layers-ignored") == (
        "h_n of call 1 is of shape (1, 1, 1), but should be of shape (2, 1, 1)"
    )


def test_what_lies_outside_of_a_peer_is_in_the_dictionary():
    known = {fault.id for fault in DICTIONARY}
    for peer in PEERS:
        assert set(peer.outside) <= known, f"{peer.name} speaks of faults that are none"


def test_cases_are_drawn_the_same_again():
    again = importlib.util.spec_from_file_location("again", ROOT.parent / "conformance/power/peers/dlsys.py")
    module = importlib.util.module_from_spec(again)
    again.loader.exec_module(module)
    for one, other in zip(DLSYS_VISIBLE.cases, module.DLSYS_VISIBLE.cases, strict=True):
        assert one.calls[0].input.tobytes() == other.calls[0].input.tobytes(), one.name
