"""The script that reproduces a case runs with torch and the implementation alone."""

import functools
import runpy
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from conformance.script import literal, write
from conformance.sweep import suite

SUBJECTS = Path(__file__).parent / "subjects"


@functools.cache
def all_cases():
    return suite.load(suite.find_cases()).cases


def find(case_id):
    return next(c for c in all_cases() if c.id == case_id)


def write_script(tmp_path, case_id, implementation):
    script = tmp_path / "repro.py"
    write(script, find(case_id), seed=0, implementation=str(SUBJECTS / implementation))
    assert "conformance" not in script.read_text().replace("the conformance harness", "")
    return script


@pytest.fixture
def reproduce(tmp_path, monkeypatch, capfd):
    """Run a script here, where torch is imported already and nothing of this project can be; what it prints."""

    def run(case_id, implementation, code=0):
        script = write_script(tmp_path, case_id, implementation)
        with monkeypatch.context() as patch, warnings.catch_warnings(action="ignore"):
            patch.chdir(tmp_path)
            patch.setattr(sys, "path", [*sys.path])
            for name in [name for name in sys.modules if name.partition(".")[0] == "conformance"]:
                patch.setitem(sys.modules, name, None)
            with pytest.raises(SystemExit) as ended:
                runpy.run_path(str(script))
        out, err = capfd.readouterr()
        assert ended.value.code == code, out + err
        return out

    return run


CONFIGURATION = "gradients/configurations[num_layers=2,bidirectional,h_0=given]"


def test_right_ones_agree_also_in_a_process_of_their_own(tmp_path):
    script = write_script(tmp_path, CONFIGURATION, "right/class_plain.py")
    blocked = f"import sys; sys.modules['conformance'] = None; import runpy; runpy.run_path({str(script)!r})"
    done = subprocess.run([sys.executable, "-c", blocked], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "output: greatest difference" in done.stdout
    assert "got  " not in done.stdout


def test_right_modules_of_torch_agree(reproduce):
    out = reproduce(CONFIGURATION, "right/torch_module.py")
    assert "output: greatest difference" in out
    assert "got  " not in out


def test_a_function_is_called_with_everything(reproduce):
    out = reproduce("values/configurations[num_layers=2,h_0=given]", "right/function_lists.py")
    assert "output: greatest difference" in out


def test_wrong_ones_show_both_sides(reproduce):
    out = reproduce("values/configurations[h_0=given]", "wrong/h_0_ignored.py", code=1)
    assert "got  " in out
    assert "torch  " in out


@pytest.mark.parametrize(
    ("case_id", "words"),
    [("gradients/layout", "transposed views"), ("gradients/layout[layout=strided]", "every other number")],
)
def test_a_layout_is_reproduced(reproduce, tmp_path, case_id, words):
    assert "got  " not in reproduce(case_id, "right/class_plain.py")
    assert words in (tmp_path / "repro.py").read_text()


def test_validation_shows_both_exceptions(reproduce):
    case_id = next(c.id for c in all_cases() if c.id.startswith("validation/nonlinearity"))
    out = reproduce(case_id, "right/checked.py")
    assert out.count("raised ValueError") == 2


def test_literals_are_exact():
    array = np.array([[0.1, -1e-300, 3.0]], dtype=np.float32)
    back = eval(literal(array), {"np": np})
    assert back.dtype == array.dtype
    assert back.tobytes() == array.tobytes()
    assert eval(literal(np.zeros((3, 0))), {"np": np}).shape == (3, 0)
