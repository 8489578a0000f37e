"""The script that reproduces a case runs with torch and the implementation alone."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from conformance.script import literal, write
from conformance.sweep import suite

SUBJECTS = Path(__file__).parent / "subjects"


def find(case_id):
    return next(c for c in suite.load(suite.find_cases()).cases if c.id == case_id)


def reproduce(tmp_path, case_id, implementation, code=0):
    script = tmp_path / "repro.py"
    write(script, find(case_id), seed=0, implementation=str(SUBJECTS / implementation))
    assert "conformance" not in script.read_text().replace("the conformance harness", "")
    blocked = f"import sys; sys.modules['conformance'] = None; import runpy; runpy.run_path({str(script)!r})"
    done = subprocess.run([sys.executable, "-c", blocked], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("implementation", ["right/class_plain.py", "right/torch_module.py"])
def test_right_ones_agree(tmp_path, implementation):
    out = reproduce(tmp_path, "gradients/configurations[num_layers=2,bidirectional,h_0=given]", implementation)
    assert "output: greatest difference" in out
    assert "got  " not in out


def test_a_function_is_called_with_everything(tmp_path):
    out = reproduce(tmp_path, "values/configurations[num_layers=2,h_0=given]", "right/function_lists.py")
    assert "output: greatest difference" in out


def test_wrong_ones_show_both_sides(tmp_path):
    out = reproduce(tmp_path, "values/configurations[h_0=given]", "wrong/h_0_ignored.py", code=1)
    assert "got  " in out
    assert "torch  " in out


@pytest.mark.parametrize(
    ("case_id", "words"),
    [("gradients/layout", "transposed views"), ("gradients/layout[layout=strided]", "every other number")],
)
def test_a_layout_is_reproduced(tmp_path, case_id, words):
    assert "got  " not in reproduce(tmp_path, case_id, "right/class_plain.py")
    assert words in (tmp_path / "repro.py").read_text()


def test_validation_shows_both_exceptions(tmp_path):
    case_id = next(c.id for c in suite.load(suite.find_cases()).cases if c.id.startswith("validation/nonlinearity"))
    out = reproduce(tmp_path, case_id, "right/checked.py")
    assert out.count("raised ValueError") == 2


def test_literals_are_exact():
    array = np.array([[0.1, -1e-300, 3.0]], dtype=np.float32)
    back = eval(literal(array), {"np": np})
    assert back.dtype == array.dtype
    assert back.tobytes() == array.tobytes()
    assert eval(literal(np.zeros((3, 0))), {"np": np}).shape == (3, 0)
