"""The diagnosis: faults are named where they are planted, whatever the form of the code; nothing else gets a name.

Every fault in both implementations, random pairs and all that is unnamed are in tests/soak.
"""

import sys
from pathlib import Path

import numpy as np
import pytest
from diagnosed import diagnose, laboratory, names

from conformance import discovery
from conformance.faults import BY_ID, DICTIONARY, plant
from conformance.reference import RNN

TESTS = Path(__file__).parent
sys.path.append(str(TESTS / "planted"))
import second_style  # noqa: E402 -- its folder was just put on the path


@pytest.fixture(autouse=True, scope="module")
def few_cases():
    """Two cases of each file: the fewest that tell every fault of the dictionary, and the least against a wrong name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diagnosed.PER_FILE", 2)
        laboratory.cache_clear()
        yield
    laboratory.cache_clear()


def planted(*ids, **values):
    return plant(dict.fromkeys(ids) | values)


@pytest.mark.parametrize("fault", DICTIONARY[::8], ids=lambda fault: fault.id)
def test_a_fault_planted_in_the_reference_is_named(fault):
    found = diagnose(planted(fault.id))
    assert names(found) == {fault.id}
    assert found.findings[0].what == fault.sentence(fault.values[0])
    assert found.findings[0].hint == fault.hint


@pytest.mark.parametrize("fault", DICTIONARY[4::8], ids=lambda fault: fault.id)
def test_a_fault_planted_in_code_of_another_style_is_named(fault):
    assert names(diagnose(second_style.plant({fault.id: None}))) == {fault.id}


@pytest.mark.parametrize(
    "pair",
    [
        ("bias-ih-missing", "weight-hh-transposed"),
        ("state-not-carried", "output-trailing-axis"),
        ("reverse-not-restored", "grad-hn-ignored"),
        ("grad-weight-hh-transposed", "grad-averaged-over-batch"),
        ("h0-modified", "grad-bias-missing"),
    ],
    ids="+".join,
)
def test_two_faults_at_once_are_both_named(pair):
    found = diagnose(planted(*pair))
    assert names(found) == set(pair)
    assert found.complete, f"of {found.failing} wrong cases {found.reproduced} are reproduced"
    assert all(finding.explains and finding.simplest for finding in found.findings)


@pytest.mark.parametrize("value", BY_ID["relu-leaky"].values + BY_ID["grad-truncated"].values[14:17], ids=str)
def test_the_value_of_a_fault_is_found(value):
    fault = next(f for f in DICTIONARY if value in f.values)
    found = diagnose(plant({fault.id: value}))
    assert [finding.value for finding in found.findings] == [str(value)]
    assert str(value) in found.findings[0].what


def test_a_right_implementation_has_no_diagnosis():
    assert diagnose(planted()) is None


class ForwardAlone:
    """Right sizes, one option, no gradients: and the reverse direction's outputs are never turned back."""

    def __init__(self, input_size, hidden_size, bidirectional=False):
        self.inner = planted("reverse-not-restored")(input_size, hidden_size, bidirectional=bidirectional)

    def load_state_dict(self, state):
        self.inner.load_state_dict(state)

    def forward(self, input, h_0=None):
        if input.ndim < 3:
            raise NotImplementedError("unbatched input")
        return self.inner.forward(input, h_0)


def test_a_small_implementation_without_gradients_is_diagnosed():
    assert names(diagnose(ForwardAlone)) == {"reverse-not-restored"}


class InFloat32Alone(planted("bias-hh-missing")):
    def load_state_dict(self, state):
        if next(iter(state.values())).dtype != np.float32:
            raise NotImplementedError("float64")
        super().load_state_dict(state)


def test_an_implementation_that_declines_float64_is_diagnosed_in_float32():
    found = diagnose(InFloat32Alone)
    assert names(found) == {"bias-hh-missing"}
    assert found.complete


def test_gradients_that_follow_a_wrong_forward_are_no_second_fault():
    torch = pytest.importorskip("torch")

    class WithoutBias(torch.nn.RNN):
        """torch's own arithmetic and autograd, but b_hh takes no part."""

        def forward(self, input, h_0=None):
            own = {name: p * (not name.startswith("bias_hh")) for name, p in self.named_parameters()}
            plain = torch.nn.RNN(
                self.input_size,
                self.hidden_size,
                self.num_layers,
                nonlinearity=self.nonlinearity,
                bias=self.bias,
                batch_first=self.batch_first,
                bidirectional=self.bidirectional,
                dtype=input.dtype,
            )
            return torch.func.functional_call(plain, own, (input, h_0))

    found = diagnose(WithoutBias)
    assert names(found) == {"bias-hh-missing"}
    assert found.remarks == ()


def test_an_answer_that_changes_from_call_to_call_is_named_for_that():
    found = diagnose(planted("nondeterministic", "bias-missing"))
    assert names(found) == {"nondeterministic"}
    assert found.reproduced == 0
    assert found.remarks


def test_parameters_that_are_not_read_are_named_without_a_case():
    found = diagnose(planted("parameters-ignored"))
    assert names(found) == {"parameters-ignored"}
    assert found.failing == 0


def test_many_faults_are_explained_where_few_of_them_act():
    many = ("bias-missing", "nonlinearity-ignored", "reverse-shares-weights", "hn-direction-major", "h0-ignored")
    found = diagnose(planted(*many))
    assert len(names(found)) >= 3, f"only {names(found)} of {many}"
    assert names(found) <= set(many), f"{names(found) - set(many)} is not there"
    assert any(finding.where for finding in found.findings) or found.complete


@pytest.mark.parametrize("path", sorted((TESTS / "subjects" / "unnamed").glob("*.py"))[::5], ids=lambda p: p.stem)
def test_a_mistake_that_is_not_in_the_dictionary_gets_no_name(path):
    found = diagnose(discovery.load(discovery.parse(str(path))), adapted=True)
    assert found is not None
    assert found.findings == (), f"it is called {found.findings[0].id}"
    assert found.remarks, "without a name, where it goes wrong must be said"


def answering(change, back=lambda gradients: gradients):
    """The reference with its answers, or what backward returns, changed on the way out."""

    class Answering(planted()):
        def forward(self, input, h_0=None):
            return change(*super().forward(input, h_0))

        def backward(self, grad_output, grad_h_n):
            return back(super().backward(grad_output, grad_h_n))

    return Answering


def as_it_is(output, h_n):
    return output, h_n


@pytest.mark.parametrize(
    "network",
    [
        answering(lambda output, h_n: (output > 0, h_n > 0)),
        answering(lambda output, h_n: h_n),
        answering(lambda output, h_n: {"output": output, "h_n": h_n}),
        answering(lambda output, h_n: None),
        answering(lambda output, h_n: (np.ma.array(output), np.ma.array(h_n))),
        answering(as_it_is, lambda gradients: tuple(gradients.values())),
        answering(as_it_is, lambda gradients: {name: gradient > 0 for name, gradient in gradients.items()}),
        answering(as_it_is, lambda gradients: {name: gradient * 1.5 for name, gradient in gradients.items()}),
    ],
    ids=[
        "bool",
        "h_n_alone",
        "dict",
        "none",
        "masked",
        "gradients_in_a_tuple",
        "bool_gradients",
        "gradients_half_more",
    ],
)
def test_odd_answers_get_no_name(network):
    found = diagnose(network)
    assert found.findings == (), f"it is called {found.findings[0].id}"
    assert found.reproduced == 0


def test_gradients_that_are_not_reproduced_are_not_counted_as_if_they_were():
    found = diagnose(
        answering(
            lambda output, h_n: (output[..., None], h_n), lambda gradients: {n: 2 * g for n, g in gradients.items()}
        )
    )
    assert names(found) == {"output-trailing-axis"}
    assert 0 < found.reproduced < found.failing
    assert not found.complete


def test_a_diagnosis_that_fails_costs_no_verdict(monkeypatch):
    monkeypatch.setattr("conformance.evidence.explain", lambda *_: 1 / 0)
    found = diagnose(planted("bias-missing"))
    assert found.findings == ()
    assert "ZeroDivisionError" in found.remarks[0]


class RaisesEverywhere(planted()):
    def forward(self, input, h_0=None):
        raise ValueError("not today")


def test_what_only_raises_gets_no_name():
    found = diagnose(RaisesEverywhere)
    assert found.findings == ()


class TanhBySigmoid(RNN):
    """As an engine does it: tanh(x) as 2 sigmoid(2x) - 1, poor where x is small; and relu makes 0 of NaN."""

    def _activate(self, a):
        a[...] = np.fmax(a, 0) if self.nonlinearity == "relu" else 2 / (1 + np.exp(-2 * a)) - 1


def test_the_right_answer_explains_no_wrong_one_however_near_it_is():
    diagnosis = diagnose(TanhBySigmoid, dtype="float32")
    assert names(diagnosis) == {"relu-hides-nan"}
    assert 0 < diagnosis.reproduced < diagnosis.failing
