"""The harness from Python."""

import subprocess
import sys
from pathlib import Path

import pytest

import conformance
from conformance.reference import RNN

FEW = {"num_layers": 1, "seq_len": 7, "batch_size": [1, "unbatched"], "calls": "one", "nonlinearity": "tanh"}


class Wrong(RNN):
    """<script>alert(1)</script>"""

    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        return output + 1, h_n


def test_a_result_is_true_when_right():
    result = conformance.check(RNN, where=FEW)
    assert result
    assert result.conforms
    assert result.counts["pass"] == result.run == result.expected > 10
    assert result.why.startswith("Right in all")
    assert result.first is None
    assert result.implementation == "RNN"


def test_a_result_is_false_when_wrong_and_says_why():
    result = conformance.check(Wrong, where=FEW)
    assert not result
    assert result.counts["fail"] > 50
    assert "Wrong in" in result.why
    assert "output is " in result.why
    assert result.first.case in result.why
    assert str(result).startswith("Wrong: Wrong in")


def test_a_result_shows_itself_as_html_in_which_nothing_of_theirs_is_markup():
    class Evil(Wrong):
        def forward(self, input, h_0=None):
            raise ValueError("<img src=x onerror=alert(1)>")

    page = conformance.check(Evil, where=FEW)._repr_html_()
    assert "&lt;img src=x" in page
    assert "<img" not in page
    assert "✗" in page


def test_a_path_and_progress():
    seen = []
    path = Path(__file__).parent / "subjects" / "right" / "class_plain.py"
    assert conformance.check(path, where=FEW, progress=seen.append)
    assert len(seen) > 10
    assert conformance.check(f"{path}:RNN", where="num_layers=1,asks=values,calls=one", case="*/configurations")


def test_mistakes_are_sentences():
    with pytest.raises(ValueError, match="nothing to run"):
        conformance.check(RNN, where={"num_layers": 77})
    with pytest.raises(Exception, match="did you mean num_layers"):
        conformance.check(RNN, where={"num_layer": 1})
    with pytest.raises(Exception, match="pass the class itself"):
        conformance.check(RNN(3, 4), where=FEW)


def test_importing_conformance_imports_nothing_heavy():
    program = (
        "import sys, conformance; print(sorted({'numpy', 'torch', 'pydantic', 'jinja2', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[1]
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_help_imports_neither_numpy_nor_torch():
    program = (
        "import sys\nfrom conformance.cli import cli\nfrom conformance.cli.supervise import run_here\n"
        "run_here(cli, ['--version'])\nassert not {'numpy', 'torch'} & set(sys.modules), 'too heavy'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[1]
    )
    assert "too heavy" not in done.stderr
