"""Each published file is found wrong in just its own ways, and a run fails once one of them is put right."""

from typing import NamedTuple

import pytest
from kept import cases_read_once, imported_here, torch_asked_once
from source_files import IMPLS, copy, run

PUBLISHED = sorted(path.stem for path in (IMPLS / "published").glob("*.py"))
MENDED = ["column_major", "packed_weights", "row_sequence_classifier", "stacked_cells", "torch_by_hand"]


class Repair(NamedTuple):
    """One stated fault, how its lines would have been right, and what the run says of the file then."""

    name: str
    fault: str
    changes: list
    says: str


#: Small scopes in which a file shows all that is stated of it.
SCOPES = {
    "packed_weights": "num_layers=1|2,batch_size=5,h_0=given,asks=values",
    "row_sequence_classifier": "num_layers=2,batch_size=5,h_0=given,nonlinearity=tanh,bias=true,asks=values",
    "column_major": "num_layers=1,batch_size=5,asks=gradients",
    "stacked_cells": "num_layers=1|2,batch_size=5,asks=values",
    "stacked_cells_given_weights": "num_layers=1|2,batch_size=5,bias=false,asks=values",
    "stacked_cells_tensors": "num_layers=1|2,batch_size=5,asks=values",
    "stacked_cells_tensors_given_weights": "num_layers=1|2,batch_size=5,bias=false,asks=values",
    "torch_by_hand": "num_layers=1,batch_size=5,batch_first=true,h_0=given",
}

NEVER_BIDIRECTIONAL = [("if bias:", "if bias or bidirectional:")]
WITH_INPUT_GRADIENT = [
    (
        '"da_prev": parameters["Waa"].T @ slope,',
        '"da_prev": parameters["Waa"].T @ slope, "dx": parameters["Wam"].T @ slope,',
    ),
    ("carry = np.zeros_like(da[:, :, 0])", "carry, dx = np.zeros_like(da[:, :, 0]), []"),
    ('carry = step.pop("da_prev")', 'carry = step.pop("da_prev")\n        dx.insert(0, step.pop("dx"))'),
    ('return {"da0": carry, **total}', 'return {"da0": carry, "dx": np.stack(dx, axis=2), **total}'),
    ('gradients = {"weight_ih_l0"', 'gradients = {"input": found["dx"].transpose(2, 1, 0), "weight_ih_l0"'),
]
READS_NONLINEARITY = [
    ("state = np.tanh(", 'state = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}[nonlinearity]('),
]
TAKES_WEIGHTS = [("    def forward", "    def load_state_dict(self, state):\n        pass\n\n    def forward")]

REPAIRS = [
    Repair(
        "packed_weights",
        "state-not-carried",
        [("state = np.tanh(", "state = start = np.tanh(")],
        "but state-not-carried, nonlinearity-ignored, output-trailing-axis should be",
    ),
    Repair(
        "packed_weights",
        "nonlinearity-ignored",
        READS_NONLINEARITY,
        "but state-not-carried, nonlinearity-ignored, output-trailing-axis should be",
    ),
    Repair(
        "packed_weights",
        "output-trailing-axis",
        [("np.stack(layer_input), ", "np.stack(layer_input)[..., 0], ")],
        "but state-not-carried, nonlinearity-ignored, output-trailing-axis should be",
    ),
    Repair(
        "row_sequence_classifier",
        "nondeterministic",
        [("(input, drawn)", "(input, 0 * drawn)")],
        "h0-ignored is named, but should not be",
    ),
    Repair(
        "row_sequence_classifier",
        "h0-ignored",
        [("(input, drawn)", "(input, h_0)")],
        "conforms_where_supported is true, but should be false",
    ),
    Repair(
        "column_major",
        "grad-incoming-ignored",
        [("slope = 1 - a_next**2\n", "slope = (1 - a_next**2) * da_next\n")],
        "the faults named are grad-input-missing, but grad-incoming-ignored, grad-input-missing should be",
    ),
    Repair(
        "column_major",
        "grad-input-missing",
        WITH_INPUT_GRADIENT,
        "the faults named are grad-incoming-ignored, but grad-incoming-ignored, grad-input-missing should be",
    ),
    Repair(
        "stacked_cells", "not connected", TAKES_WEIGHTS, "the faults named are parameters-ignored, but none should be"
    ),
    Repair(
        "stacked_cells_given_weights",
        "features-before-batch",
        [("np.stack(output), np.stack(hidden)", "np.stack(output).swapaxes(1, 2), np.stack(hidden).swapaxes(1, 2)")],
        "but features-before-batch, bidirectional-ignored should be",
    ),
    Repair(
        "stacked_cells_given_weights",
        "bidirectional-ignored",
        NEVER_BIDIRECTIONAL,
        "but features-before-batch, bidirectional-ignored should be",
    ),
    Repair(
        "stacked_cells_tensors",
        "not connected",
        TAKES_WEIGHTS,
        "connected is true, but should be false",
    ),
    Repair(
        "stacked_cells_tensors_given_weights",
        "features-before-batch",
        [("torch.stack(output), hidden", "torch.stack(output).transpose(1, 2), hidden.transpose(1, 2)")],
        "but features-before-batch, bidirectional-ignored, output-aliases-last-state should be",
    ),
    Repair(
        "stacked_cells_tensors_given_weights",
        "bidirectional-ignored",
        NEVER_BIDIRECTIONAL,
        "but features-before-batch, bidirectional-ignored, output-aliases-last-state should be",
    ),
    Repair(
        "stacked_cells_tensors_given_weights",
        "output-aliases-last-state",
        [("output.append(below)", "output.append(below.clone())")],
        "but features-before-batch, bidirectional-ignored, output-aliases-last-state should be",
    ),
    Repair(
        "torch_by_hand",
        "returns-wrong-dtype",
        [
            (
                "torch.zeros(batch_size, seq_len, len(weight_hh))",
                "torch.zeros(batch_size, seq_len, len(weight_hh)).to(input)",
            ),
            ("torch.zeros(1, batch_size, len(weight_hh))", "torch.zeros(1, batch_size, len(weight_hh)).to(input)"),
        ],
        "conforms_where_supported is true, but should be false",
    ),
]


@pytest.fixture(autouse=True, scope="module")
def what_is_the_same_is_made_once():
    """Reading the case files, asking torch and importing it anew would take longer than these runs."""
    with cases_read_once(), torch_asked_once(), imported_here():
        yield


def test_every_system_is_there_in_both_forms():
    assert set(MENDED) | {"reference"} <= {path.stem for path in IMPLS.glob("*.py")}
    assert set(PUBLISHED) == set(SCOPES) > set(MENDED)
    assert {repair.name for repair in REPAIRS} == set(SCOPES), "each published file has a fault that is put right here"
    for name in PUBLISHED:
        assert (IMPLS / "published" / f"{name}.expected.yaml").exists()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_file_is_found_wrong_in_just_its_own_ways(name, tmp_path, capfd):
    copy(name, tmp_path / "impls")
    code = run(tmp_path / "impls", SCOPES[name])
    out = capfd.readouterr().out
    assert "Expected to be wrong as it is, and found so." in out, out
    assert code == 0


@pytest.mark.parametrize("repair", REPAIRS, ids=lambda repair: f"{repair.name}-{repair.fault}")
def test_a_run_fails_once_a_stated_fault_is_put_right(repair, tmp_path, capfd):
    copy(repair.name, tmp_path / "impls", repair.changes)
    code = run(tmp_path / "impls", SCOPES[repair.name])
    out = " ".join(capfd.readouterr().out.split())
    assert repair.says in out, out
    assert code == 1
