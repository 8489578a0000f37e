"""The fifth source: written with tensors and checked against the API; the control among the five."""

import pytest
import torch
from source_files import IMPLS, both

import conformance

MENDED, PUBLISHED = both("torch_by_hand")
FORMS = pytest.mark.parametrize("module", [MENDED, PUBLISHED], ids=["mended", "published"])
B, T, INPUT, H = 2, 3, 2, 3  # as its author checked it


def setting(bidirectional, *sizes, dtype=torch.float32):
    """torch.nn.RNN with input, h_0, and the arguments that the functions written by hand take."""
    batch_size, seq_len, input_size, hidden_size = sizes or (B, T, INPUT, H)
    torch.manual_seed(0)
    network = torch.nn.RNN(input_size, hidden_size, batch_first=True, bidirectional=bidirectional, dtype=dtype)
    x = torch.randn(batch_size, seq_len, input_size, dtype=dtype)
    h_0 = torch.randn(2 if bidirectional else 1, batch_size, hidden_size, dtype=dtype)
    weights = list(network.parameters())
    arguments = [x, *weights[:4], h_0[0]] + ([*weights[4:], h_0[1]] if bidirectional else [])
    return network, x, h_0, arguments


def run(module, arguments):
    """The function for one direction or for two."""
    return (module.rnn_forward if len(arguments) == 6 else module.bidirectional_rnn_forward)(*arguments)


@FORMS
@pytest.mark.parametrize("bidirectional", [False, True])
def test_its_authors_check(module, bidirectional):
    network, x, h_0, arguments = setting(bidirectional)
    for found, wanted in zip(run(module, arguments), network(x, h_0), strict=True):
        assert torch.allclose(found, wanted)


@FORMS
def test_documented_shapes(module):
    _, _, _, arguments = setting(False, 4, 6, 5, 7)
    output, h_n = run(module, arguments)
    assert (output.shape, h_n.shape) == ((4, 6, 7), (1, 4, 7))
    _, _, _, arguments = setting(True, 4, 6, 5, 7)
    output, h_n = run(module, arguments)
    assert (output.shape, h_n.shape) == ((4, 6, 14), (2, 4, 7))


@pytest.mark.parametrize("bidirectional", [False, True])
def test_float64_stays_float64_and_published_comes_back_as_float32(bidirectional):
    network, x, h_0, arguments = setting(bidirectional, dtype=torch.float64)
    for found, wanted in zip(run(MENDED, arguments), network(x, h_0), strict=True):
        assert found.dtype == torch.float64
        assert torch.allclose(found, wanted, rtol=0, atol=1e-14)
    assert {found.dtype for found in run(PUBLISHED, arguments)} == {torch.float32}


def test_published_is_right_in_float32():
    where = "batch_first=true,h_0=given,num_layers=1,bias=true,nonlinearity=tanh,batch_size=5,seq_len=7"
    result = conformance.check(IMPLS / "published" / "torch_by_hand.py", where, dtype="float32")
    assert result.conforms_where_supported, result.why
    assert result.counts["pass"] >= 4
    assert not conformance.check(IMPLS / "published" / "torch_by_hand.py", where, dtype="float64")


RIGHT = "torch.cat([h_n, h_n_reverse])"
COMMENTED_OUT = "torch.cat([h_n, both[:, -1, len(weight_hh) :].unsqueeze(0)])"


def test_h_n_from_the_last_step_of_output_is_the_well_known_mistake(tmp_path):
    """The line that its author commented out, put back in."""
    text = (IMPLS / "torch_by_hand.py").read_text()
    line = "    return torch.cat([forward, backward.flip(1)], dim=2), "
    assert text.count(line + RIGHT) == 1
    mistaken = tmp_path / "mistaken.py"
    mistaken.write_text(
        text.replace(
            line + RIGHT,
            line.replace("return", "both =").replace("dim=2), ", f"dim=2)\n    return both, {COMMENTED_OUT}"),
        )
    )
    scope = {
        "where": "num_layers=1|2,batch_size=5,nonlinearity=tanh,bias=true,asks=values",
        "case": "*/configurations*",
    }
    assert conformance.check(IMPLS / "torch_by_hand.py", **scope)
    result = conformance.check(mistaken, **scope)
    assert not result
    assert [finding.id for finding in result.diagnosis.findings] == ["hn-reverse-from-last-step"]
