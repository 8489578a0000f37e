"""Commands as implementations: the two examples, and everything that a program can do wrong."""

import contextlib
import dataclasses
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from kept import cases_read_once

import conformance
from conformance import discovery
from conformance.arguments import draw
from conformance.case import Case
from conformance.cli import cli
from conformance.cli.check import check
from conformance.cli.supervise import run_here
from conformance.command import start
from conformance.execution import load_oracle
from conformance.implementation import NoImplementationError, NotConnectedError
from conformance.observation import Crashed, Declined, Garbled, TimedOut
from conformance.plan import Plan
from conformance.registration import CommandFile
from conformance.runner import Subject
from conformance.script import write, write_frames
from conformance.status import Status
from conformance.sweep import suite
from conformance.sweep.yaml_source import CaseFileError
from conformance.wire import Limits, decode

COMMANDS = Path(__file__).parent / "commands"
ROOT = Path(__file__).parents[1]
CASE = Case(id="small", asks="values", input_size=2, hidden_size=3, seq_len=4, batch_size=2)
CALLS = ((CASE, draw(CASE, 0)),)
PATIENT = 30.0  # seconds that nothing here takes, unless something is wrong

pytestmark = pytest.mark.skipif(os.name != "posix", reason="commands are run on Linux and macOS alone")


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed here")


EXAMPLES = [
    pytest.param("c_rnn", marks=needs("gcc")),
    pytest.param("js_rnn", marks=needs("node")),
]


def example(name):
    return COMMANDS / name / f"{name}.yaml"


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):  # a zombie whose parent is gone is only waiting to be swept
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def wait_until(settled, what):
    end = time.monotonic() + PATIENT
    while not settled():
        assert time.monotonic() < end, f"{what} after {PATIENT:g} s"
        time.sleep(0.01)


def python(*words, folder):
    """Run Python in a folder, as from anywhere else."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True)


class Misbehaving:
    """One command that does one thing wrong, and the processes that it was."""

    def __init__(self, folder, mode, time_limit=PATIENT, start_limit=PATIENT):
        self.file = folder / "pids"
        script, python = COMMANDS / "_misbehaving.py", sys.executable
        words = f"'{python}' -I -S '{script}' '{mode}' '{self.file}'"
        self.spec = CommandFile(command=words, time_limit=time_limit, start_limit=start_limit)
        self.implementation = None

    def start(self):
        self.implementation = start(self.spec, self.file.parent, "it")
        return self

    def observe(self):
        return self.implementation.begin(CASE, CALLS)()

    @property
    def pids(self):
        return [int(line) for line in self.file.read_text().split()]

    def close(self):
        if self.implementation is not None:
            self.implementation._line.close()


@pytest.fixture
def misbehaving(tmp_path):
    made = []

    def make(mode, **limits):
        made.append(Misbehaving(tmp_path, mode, **limits))
        return made[-1]

    yield make
    for one in made:
        one.close()
    pids = [pid for one in made if one.file.exists() for pid in one.pids]
    wait_until(lambda: not any(map(alive, pids)), "a process of the command is still there")


@pytest.fixture(autouse=True, scope="module")
def what_is_the_same_is_made_once():
    """Reading the case files takes longer than most of these tests."""
    with cases_read_once():
        yield


# ---- the examples


@pytest.fixture(scope="module")
def runner():
    return Plan(suite=suite.load(ROOT / "cases")).runner(load_oracle())


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_conforms_in_every_eighth_case(name, runner):
    cases = [case for case in suite.load(ROOT / "cases").cases if case.asks != "training"][::8]
    source = discovery.parse(str(example(name)))
    records = list(runner.run(cases, [Subject(discovery.load(source))]))
    wrong = [f"{r.case}: {r.status}: {r.why}" for r in records if r.status not in (Status.PASS, Status.UNSUPPORTED)]
    assert wrong == []
    declined = [r for r in records if r.status is Status.UNSUPPORTED]
    assert all(r.asks == "gradients" and name == "js_rnn" for r in declined), declined[:1]
    assert {r.asks for r in records} == {"values", "gradients", "validation"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_answers_the_bytes_on_the_page(name, tmp_path):
    page = (ROOT / "conformance" / "protocol.md").read_text()
    blocks = re.findall(r"```hex\n(.*?)```", page, re.DOTALL)
    hello, welcome, question, answer = [
        bytes.fromhex(" ".join(line.partition(";")[0] for line in block.splitlines())) for block in blocks
    ]
    source = discovery.parse(str(example(name)))
    (tmp_path / "question").write_bytes(hello + question)
    words = source.command.words
    for step in source.command.steps:
        subprocess.run([w.replace("$BUILD", str(tmp_path)) for w in step], cwd=source.path.parent, check=True)
    with (tmp_path / "question").open("rb") as stdin:
        words = [w.replace("$BUILD", str(tmp_path)) for w in words]
        said = subprocess.run(words, cwd=source.path.parent, stdin=stdin, capture_output=True, check=True).stdout
    assert said[: len(welcome)] == welcome
    wanted, got = decode(answer, Limits(1000)), decode(said[len(welcome) :], Limits(1000))
    assert (got.kind, got.sequence, list(got.entries)) == (wanted.kind, wanted.sequence, list(wanted.entries))
    for tensor, value in wanted.entries.items():
        np.testing.assert_allclose(got.entries[tensor], value, rtol=1e-15, strict=True)


@needs("gcc")
def test_an_example_learns(runner):
    case = next(c for c in suite.load(ROOT / "cases").cases if c.asks == "training" and c.steps < 50)
    source = discovery.parse(str(example("c_rnn")))
    assert [r.status for r in runner.run([case], [Subject(discovery.load(source))])] == [Status.PASS]


@needs("gcc")
def test_a_mistake_in_an_example_is_named(tmp_path):
    yaml = tmp_path / "reversed.yaml"
    options = "-std=c11 -O2 -DFAULT_REVERSE_NOT_RESTORED=1"
    yaml.write_text(f"build: gcc {options} -o $BUILD/rnn '{COMMANDS / 'c_rnn' / 'rnn.c'}' -lm\ncommand: $BUILD/rnn\n")
    result = conformance.check(yaml, where="num_layers=1,nonlinearity=tanh,h_0=given,seq_len=7", case="values/*")
    assert not result
    found = result.summary.diagnosis
    assert [finding.id for finding in found.findings] == ["reverse-not-restored"], found
    assert found.complete


@needs("gcc")
def test_the_command_line_takes_a_command(tmp_path, monkeypatch, capfd):
    source = COMMANDS / "c_rnn" / "rnn.c"
    subprocess.run(
        ["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-o", tmp_path / "rnn", source, "-lm"], check=True
    )
    monkeypatch.chdir(tmp_path)
    code = run_here(cli, ["check", "--command", "./rnn", "--case", "values/counting*"])
    said = capfd.readouterr()
    assert code == 0, said.err
    assert said.out.startswith("✓ rnn")


def test_either_a_file_or_a_command_is_checked():
    for wrong in ([], ["x.py", "--command", "./rnn"]):
        found = CliRunner().invoke(check, wrong)
        assert (found.exit_code, "say what to check" in found.output) == (2, True), found.output


@needs("gcc")
@needs("node")
def test_run_and_pytest_take_commands_along(tmp_path, capfd):
    shutil.copytree(COMMANDS, tmp_path / "impls")
    (tmp_path / "cases" / "values").mkdir(parents=True)
    for file in ("suite.yaml", "values/counting.yaml"):
        shutil.copy(ROOT / "cases" / file, tmp_path / "cases" / file)
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["conformance.pytest_plugin"]\n')
    (tmp_path / "pytest.ini").write_text("[pytest]\nconformance_cases = cases\nfilterwarnings = error\n")
    reports = str(tmp_path / "reports")

    def run():
        code = run_here(cli, ["run", "--impls", str(COMMANDS), "--reports", reports, "--case", "values/counting*"])
        return code, "".join(capfd.readouterr())

    def through_pytest():
        done = python("-m", "pytest", "-n", "1", "-p", "no:cacheprovider", folder=tmp_path)
        return done.returncode, done.stdout + done.stderr

    for take_along in (run, through_pytest):
        code, said = take_along()
        assert code == 0, said
        records = (tmp_path / "reports" / "results.jsonl").read_text()
        for name in ("c_rnn/c_rnn", "js_rnn/js_rnn"):
            assert f"✓ {name}" in said, said
            assert records.count(f'"implementation":"{name}"') > 3, records[:1000]


#: Scripts one after another in a process of their own, for which torch is imported once; how each ended is printed.
IN_TURN = """
import runpy, sys
for path in sys.argv[1:]:
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as end:
        print("ended with", end.code)
"""


@needs("gcc")
def test_a_script_reproduces_what_a_command_does_without_us(tmp_path):
    source = COMMANDS / "c_rnn" / "rnn.c"
    case = dataclasses.replace(CASE, bidirectional=True, asks="gradients", calls="repeated", h_0="given")
    for fault in (0, 1):
        yaml, script = tmp_path / f"{fault}.yaml", tmp_path / f"{fault}.py"
        build = f"gcc -DFAULT_REVERSE_NOT_RESTORED={fault} -o $BUILD/rnn '{source}' -lm"
        yaml.write_text(f"build: {build}\ncommand: $BUILD/rnn\n")
        write(script, case, seed=0, implementation=str(yaml))
        assert "import conformance" not in script.read_text()
    done = python("-c", IN_TURN, "0.py", "1.py", folder=tmp_path)
    assert "raised" not in done.stdout, done.stdout
    said = re.split(r"ended with (\w+)\n", done.stdout)
    assert said[1::2] == ["0", "1"], done.stdout + done.stderr
    for each in (said[0], said[2]):
        assert "call 5 of 5" in each
        assert "gradient of weight_hh_l0_reverse: greatest difference" in each


def test_what_is_neither_python_nor_yaml_is_told_how_it_is_checked(tmp_path):
    (tmp_path / "rnn.c").write_text("int main;")
    with pytest.raises(NoImplementationError, match=r"rnn.c is no Python file.*a program is checked with --command"):
        discovery.parse(str(tmp_path / "rnn.c"))


def test_frames_are_written_to_be_tried_by_hand(tmp_path):
    write_frames(tmp_path / "case.bin", CASE, seed=0)
    misbehaving = [sys.executable, "-I", "-S", COMMANDS / "_misbehaving.py", "declines"]
    with (tmp_path / "case.bin").open("rb") as frames:
        done = subprocess.run(misbehaving, stdin=frames, capture_output=True, check=True)
    kinds = [done.stdout[at + 6] for at in range(0, len(done.stdout), 32)]
    assert kinds == [2, 5], "it should be greeted, and decline"


# ---- what a program can do wrong: before it is asked


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("exits at once", 'its process ended with exit code 3 before it answered; .*error: "cannot find +my weights"'),
        ("never greets", "it gave no answer within 0.3 s and was stopped"),
        ("prints first", "it (begins with|wrote) 'Loading..."),
        ("another version", "its version of the protocol is 2, but should be 1"),
        ("refuses", r"it refuses version 1 of the protocol \(not on monda\)"),
    ],
)
def test_what_does_not_greet_is_not_connected(misbehaving, mode, sentence):
    with pytest.raises(NotConnectedError, match=sentence):
        misbehaving(mode, start_limit=0.3 if mode == "never greets" else PATIENT).start()


def test_the_sentence_is_in_the_verdict(tmp_path):
    yaml = tmp_path / "absent.yaml"
    yaml.write_text("command: ./absent --fast\n")
    result = conformance.check(yaml, case="values/counting")
    assert result.why.startswith("absent cannot be started: ./absent cannot be run: No such file or directory")


def test_a_build_that_fails_shows_its_output(tmp_path):
    yaml = tmp_path / "broken.yaml"
    yaml.write_text("build: ['true', sh -c 'echo line 3 is wrong; exit 4']\ncommand: $BUILD/rnn\n")
    with pytest.raises(
        NotConnectedError, match=r"its build step ended with exit code 4, but should .*\n\nline 3 is wrong"
    ):
        start(discovery.parse(str(yaml)).command, tmp_path, "broken")
    yaml.write_text("build: absent-compiler x.c\ncommand: $BUILD/rnn\n")
    with pytest.raises(NotConnectedError, match=r"cannot be run \(absent-compiler x.c\): No such file"):
        start(discovery.parse(str(yaml)).command, tmp_path, "broken")


# ---- while it is asked


@pytest.mark.parametrize(
    ("mode", "kind", "sentence"),
    [
        ("closes its output", Garbled, "it closed its standard output before it answered"),
        ("writes errors", Garbled, "it wrote more than 8 MiB to standard error in one case"),
        ("half an answer", Crashed, "exit code 1 in the middle of its answer, after 5 bytes of it"),
        ("garbage", Garbled, r"it begins with 'output: \[\[0.1\]\]', but should begin with RNNC"),
        ("too long", Garbled, "its length is 1,099,511,627,776 bytes, but should be at most 1,0"),
        ("another sequence", Garbled, "its sequence is [89], but should be [12]"),
        ("another kind", Garbled, "its kind is WELCOME, but should be ANSWER"),
        ("an unknown kind", Garbled, "its kind is 99"),
        ("more than one", Garbled, "'RNNC.*follows it, but nothing should"),
        ("an unknown entry", Garbled, "it holds the entry 'extra', but should hold what was asked for alone"),
        ("no outputs", Garbled, "it answers 0 of 1 calls"),
    ],
)
def test_what_is_no_answer_is_told_and_the_next_case_is_asked(misbehaving, mode, kind, sentence):
    one = misbehaving(mode).start()
    for _ in range(2):
        seen = one.observe()
        assert type(seen) is kind, seen
        assert re.search(sentence, seen.why), seen.why


def test_a_crash_costs_the_case_and_no_other(misbehaving):
    one = misbehaving("dies in the third").start()
    seen = [one.observe() for _ in range(7)]
    assert [type(found) for found in seen] == [Declined, Declined, Crashed, Declined, Declined, Crashed, Declined]
    wanted = "its process ended by SIGSEGV (it touched memory that is not its own) before it answered"
    assert seen[2].why == f'{wanted}; the last it wrote to standard error: "about to fail"'
    assert len(one.pids) == 3, "it should be kept from case to case, and started again only after a crash"


def test_leaving_without_an_answer_is_a_crash_whatever_the_exit_code(misbehaving):
    one = misbehaving("exits in the second").start()
    one.observe()
    assert one.observe() == Crashed("its process ended with exit code 0 before it answered")


def test_a_hang_costs_its_time_and_is_ended(misbehaving):
    one = misbehaving("hangs in the second", time_limit=0.3).start()
    assert isinstance(one.observe(), Declined)
    assert one.observe() == TimedOut("it gave no answer within 0.3 s and was stopped")
    assert isinstance(one.observe(), Declined)


def test_one_that_always_hangs_is_not_asked_for_ever(misbehaving):
    one = misbehaving("hangs", time_limit=0.2).start()
    why = [one.observe().why for _ in range(50)]
    assert len(one.pids) == 3
    assert set(why[3:]) == {"it was not asked, since 3 questions in a row before it had no answer within 0.2 s"}


def test_answering_before_the_case_is_read_is_told(misbehaving):
    one = misbehaving("answers early").start()
    case = Case(id="large", asks="values", input_size=200, hidden_size=200, seq_len=100, batch_size=50)
    seen = one.implementation.begin(case, ((case, draw(case, 0)),))()
    assert isinstance(seen, Garbled), seen


def test_statuses_are_those_of_the_house(misbehaving, runner):
    wanted = {"dies in the third": Status.CRASH, "hangs in the second": Status.TIMEOUT, "garbage": Status.ERROR}
    cases = [
        case
        for case in suite.load(ROOT / "cases").cases
        if case.id in ("values/counting", "validation/missing_size[omit=both]")
    ]
    for mode, status in wanted.items():
        one = misbehaving(mode, time_limit=0.15).start()
        subject = Subject(one.implementation)
        runner.connect(subject)  # what is declined in the smoke step is asked here, too
        found = {runner.record(case, subject).status for case in cases for _ in range(3)}
        assert status in found, f"{mode}: {found}"
        assert found <= {status, Status.UNSUPPORTED, Status.PASS}


# ---- afterwards


@pytest.mark.parametrize("mode", ["declines", "ignores the end", "starts another"])
def test_nothing_is_left_running(misbehaving, mode):
    one = misbehaving(mode).start()
    one.observe()
    scratch = one.implementation._line._workshop._scratch
    assert scratch.is_dir()
    one.close()
    wait_until(lambda: not any(map(alive, one.pids)), "a process of the command is still there")
    assert not scratch.exists()
    assert len(one.pids) == (2 if mode == "starts another" else 1)


HARNESS = """
import signal
import sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a run in the background may have inherited as ignored
sys.path[:0] = [{root!r}, {tests!r}]
from test_commands import Misbehaving
one = Misbehaving(Path({folder!r}), "starts another" if {how!r} == "ends" else "hangs").start()
print(one.implementation._line._workshop._scratch, flush=True)
if {how!r} != "ends":
    one.observe()
"""


@pytest.mark.parametrize("how", ["ends", "SIGKILL", "SIGTERM", "SIGINT"])
def test_nothing_is_left_when_the_harness_is_gone(tmp_path, how):
    script = HARNESS.format(root=str(ROOT), tests=str(ROOT / "tests"), folder=str(tmp_path), how=how)
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", script], stdout=pipe, stderr=subprocess.DEVNULL, text=True) as harness:
        scratch = Path(harness.stdout.readline().strip())
        assert scratch.name.startswith("rnn-conformance-")
        if how != "ends":
            os.kill(harness.pid, getattr(signal, how))
        harness.wait(PATIENT)
    pids = [int(line) for line in (tmp_path / "pids").read_text().split()]
    assert pids
    wait_until(lambda: not any(map(alive, pids)), f"a process of the command is still there ({how})")
    wait_until(lambda: not scratch.exists(), f"the build folder is still there ({how})")


# ---- the file


def test_a_command_is_found_beside_the_others(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "fast.yaml").write_text("command: ./fast\ndescription: Fast.\n")
    (tmp_path / "deep" / "fast.known.yaml").write_text("'*relu*': not yet\n")
    (tmp_path / "_helper.yaml").write_text("nothing: of ours\n")
    (tmp_path / "mine.py").write_text("class RNN:\n    forward = None\n")
    (tmp_path / "mine.known.yaml").write_text("'*relu*': not yet\n")
    found = {source.name: source for source in discovery.discover(tmp_path) if source.path}
    assert list(found) == ["deep/fast", "mine"]
    fast = found["deep/fast"]
    assert (fast.description, fast.command.words, len(fast.known)) == ("Fast.", ["./fast"], 1)
    assert found["mine"].command is None


def test_a_program_that_is_not_there_is_told_with_a_way_out(tmp_path):
    yaml = tmp_path / "a.yaml"
    yaml.write_text("command: ./a\nprograms: {no-such-compiler: 'install it from example.org'}\n")
    source = discovery.parse(str(yaml))
    assert source.missing == "no-such-compiler is not installed (install it from example.org)"
    with pytest.raises(NoImplementationError, match="a cannot be run here: no-such-compiler is not installed"):
        discovery.load(source)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("build: make\n", "command is missing"),
        ("comand: ./a\n", "comand is unknown .did you mean command"),
        ("command: [./a]\n", r"command is .*, but should be text"),
        ("command: ''\n", "command is .*, but should be"),
        ("command: ./a 'b\n", "cannot be split into words: No closing quotation"),
        ("command: ./a\ntime_limit: 0\n", "time_limit is 0.*, but should be more than 0"),
        ("command: ./a\nprotocol: 2\n", "protocol is 2, but should be 1"),
        ("command: ./a\nbuild: ['']\n", "a command is empty, but should be words"),
    ],
)
def test_mistakes_in_the_file_have_their_place(tmp_path, text, sentence):
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(CaseFileError, match=f"a.yaml:[0-9]+:[0-9]+: .*{sentence}"):
        discovery.parse(str(tmp_path / "a.yaml"))


@pytest.mark.parametrize("command", ["", "  ", "./a 'b"])
def test_a_command_that_is_typed_wrongly_is_told_so(command):
    with pytest.raises(NoImplementationError, match="but should be a program and its arguments"):
        discovery.from_command(command)
