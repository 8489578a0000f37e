"""The installed wheel, in an environment that has nothing else of ours, from a directory that has nothing at all."""

import json
import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path

import conformance

SCRIPT = str(Path(sysconfig.get_path("scripts")) / "rnn-conformance")

MINE = '''\
"""One tanh layer, for the wheel's test."""

import numpy as np


class RNN:
    def __init__(self, input_size, hidden_size):
        self.state = {}

    def load_state_dict(self, state):
        self.state = state

    def forward(self, input, h_0=None):
        s = self.state
        h = np.zeros((input.shape[1], s["weight_hh_l0"].shape[0]), input.dtype) if h_0 is None else h_0[0]
        steps = []
        for x in input:
            h = np.tanh(x @ s["weight_ih_l0"].T + s["bias_ih_l0"] + h @ s["weight_hh_l0"].T + s["bias_hh_l0"])
            steps.append(h)
        return np.stack(steps), h[None].copy()
'''
PLAIN = "num_layers=1,batch_size=5,seq_len=7,calls=one,asks=values"


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


def test_it_is_the_installed_package_that_is_tested():
    assert "site-packages" in Path(conformance.__file__).parts


def test_it_carries_the_cases_and_the_reference(tmp_path):
    done = run(SCRIPT, "cases", "list", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "cases/values/configurations.yaml" in done.stdout
    total = int(done.stdout.splitlines()[-1].split()[0].replace(",", ""))
    assert total >= 1000


def test_check_gives_a_verdict(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    done = run(SCRIPT, "check", "mine.py", "--where", PLAIN, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert document["conforms_where_supported"] is True
    assert document["counts"]["pass"] > 0


def test_a_wrong_one_fails_and_its_script_runs_without_us(tmp_path):
    (tmp_path / "mine.py").write_text(MINE.replace("+ h @", "- h @"))
    done = run(SCRIPT, "check", "mine.py", "--where", PLAIN, "--json", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    first = json.loads(done.stdout)["first"]
    shown = run(SCRIPT, "cases", "show", first["case"], "--script", "repro.py", "--impl", "mine.py", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    blocked = "import sys; sys.modules['conformance'] = None; import runpy; runpy.run_path('repro.py')"
    done = run(sys.executable, "-I", "-c", blocked, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "greatest difference" in done.stdout
    assert "torch" in done.stdout


def test_the_report_is_written(tmp_path):
    (tmp_path / "impls").mkdir()
    (tmp_path / "impls" / "mine.py").write_text(MINE)
    done = run(SCRIPT, "run", "--where", PLAIN, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "reports" / "parity.html").read_text()
    assert "Right in all" in page


def test_a_new_implementation_conforms_at_once(tmp_path):
    done = run(SCRIPT, "new", "fresh.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = run(SCRIPT, "check", "fresh.py", "--where", PLAIN, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pytest_idiom_works_in_another_repository(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "test_mine.py").write_text(
        textwrap.dedent(f"""\
        from conformance import parametrize_with_cases

        @parametrize_with_cases("mine.py", where={PLAIN!r})
        def test_mine(implementation, check):
            check(implementation)
        """)
    )
    done = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
    assert "failed" not in done.stdout


def test_python_gives_a_result_that_is_true_or_false(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    program = (
        "import conformance, mine\n"
        f"result = conformance.check(mine.RNN, where={PLAIN!r})\n"
        "assert result, result.why\n"
        "assert result.counts['fail'] == 0\n"
        "assert '<div' in result._repr_html_()\n"
        "print(result.why)\n"
    )
    done = run(sys.executable, "-c", program, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Right in all" in done.stdout
