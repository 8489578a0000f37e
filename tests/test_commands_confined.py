"""Commands shut in, at each level: the examples conform, and a hostile one reaches nothing and leaves nothing."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from shut_in import CONFINED, any_level, needs, running, until

from conformance.arguments import draw
from conformance.case import Case
from conformance.command import start
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.level import Level
from conformance.confinement.limits import Limits
from conformance.confinement.visible import Visible
from conformance.execution import load_oracle
from conformance.implementation import NotConnectedError
from conformance.observation import Crashed, Declined, Garbled, TimedOut, observe
from conformance.plan import Plan
from conformance.registration import CommandFile
from conformance.runner import Subject
from conformance.status import Status
from conformance.submission.allowance import Allowance
from conformance.submission.command_folder import CommandFolder
from conformance.submission.commanded import commanded
from conformance.submission.file import NoSubmissionError, SubmissionError
from conformance.sweep import suite

COMMANDS = Path(__file__).parent / "commands"
ROOT = Path(__file__).parents[1]
CASE = Case(id="small", asks="values", input_size=2, hidden_size=3, seq_len=4, batch_size=2)
CALLS = ((CASE, draw(CASE, 0)),)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux shuts a command in")


@pytest.fixture(params=CONFINED)
def level(request):
    needs(request.param)
    with any_level():
        yield request.param


def installed(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed here")


@pytest.fixture
def python(monkeypatch):
    """The word for Python outside any environment, which is what a confined process has its library of."""
    program = Visible.here("child", packages=()).python
    monkeypatch.setenv("PATH", os.pathsep.join((str(program.parent), os.environ["PATH"])))
    return program.name


@contextlib.contextmanager
def judge(folder):
    """What a hostile command reaches for: a file and a port of the judge's, its number, and a folder."""
    canary = folder / "canary"
    canary.write_text("expected values")
    with socket.create_server(("127.0.0.1", 0)) as line:
        yield "\n".join((str(canary), str(line.getsockname()[1]), str(os.getpid()), str(folder)))


@pytest.fixture
def targets(tmp_path):
    (tmp_path / "judge").mkdir()
    with judge(tmp_path / "judge") as lines:
        yield lines


@contextlib.contextmanager
def hostile(folder, python, targets, level, *modes, **allowed):
    """The hostile command at a level; nothing of it may be running, nor lying about, afterwards."""
    own = folder / f"hostile_{os.getpid()}_{time.monotonic_ns()}"
    own.mkdir()
    (own / "targets").write_text(targets)
    shutil.copy(COMMANDS / "_hostile.py", own / f"{own.name}.py")
    yaml = own / "it.yaml"
    yaml.write_text(f"command: {python} -I -S -B {own.name}.py targets {' '.join(modes)}\n")
    with (
        any_level(),
        commanded(
            CommandFolder.read(yaml), level=level, advisory=level is Level.C, allowed=Allowance(**allowed)
        ) as found,
    ):
        yield found
    assert until(lambda: not running(own.name)), f"a command left processes behind: {running(own.name)}"


def ask(implementation):
    return observe(implementation, CASE, CALLS)


# ---- the examples


@pytest.mark.parametrize("name", [pytest.param("c_rnn", marks=installed("gcc")), pytest.param("js_rnn", marks=installed("node"))])  # fmt: skip
def test_an_example_conforms_shut_in(level, name):
    cases = [case for case in suite.load(ROOT / "cases").cases if case.asks != "training"][::16]
    with commanded(CommandFolder.read(COMMANDS / name / f"{name}.yaml"), level=level) as implementation:
        records = list(
            Plan(suite=suite.load(ROOT / "cases")).runner(load_oracle()).run(cases, [Subject(implementation)])
        )
        assert {each.name for each in implementation.held.evidence if each.reached} == {"start a thread"}
        assert bool(implementation.built) == (name == "c_rnn")
    wrong = [f"{r.case}: {r.status}: {r.why}" for r in records if r.status not in (Status.PASS, Status.UNSUPPORTED)]
    assert wrong == []
    assert all(r.asks == "gradients" and name == "js_rnn" for r in records if r.status is Status.UNSUPPORTED)


# ---- what a hostile command reaches


def test_it_reaches_nothing(level, tmp_path, python, targets):
    """Loud: it tells what it reached."""
    with hostile(tmp_path, python, targets, level, "all") as it:
        assert ask(it) == Declined("nothing")


def test_unconfined_it_reaches_everything(tmp_path, python, targets):
    """Or the other would prove nothing; what a user who is not root cannot do is left out."""
    names = re.findall(r"^ATTACKS = \[(.*?)\]", (COMMANDS / "_hostile.py").read_text(), re.DOTALL | re.MULTILINE)[0]
    attacks = {name.strip() for name in names.split(",") if name.strip()}
    (tmp_path / "targets").write_text(targets)
    words = f"sh -c 'exec {python} -I -S -B {COMMANDS / '_hostile.py'} targets all 5</dev/null'"
    it = start(CommandFile(command=words, time_limit=60.0), tmp_path, "it")
    try:
        found = ask(it)
    finally:
        it._line.close()
    assert isinstance(found, Declined)
    missing = attacks - set(found.reason.split(", "))
    assert not missing - {"look_at_the_judge"}, f"to {missing} proves nothing: it fails unconfined, too"


def test_quiet_attacks_leave_no_trace(level, tmp_path, python, targets):
    before = {path: path.stat() for path in (tmp_path / "judge").iterdir()}
    with hostile(tmp_path, python, targets, level, "all") as it:
        ask(it)
        own = {path.name for path in Path(it.file.folder).iterdir()}
    assert own == {"targets", "it.yaml", f"{it.file.folder.name}.py"}
    assert {path: path.stat().st_mode for path in before} == {path: stat.st_mode for path, stat in before.items()}
    assert sorted(path.name for path in (tmp_path / "judge").iterdir()) == ["canary"]


def test_it_may_keep_its_process_from_case_to_case(level, tmp_path, python, targets):
    with hostile(tmp_path, python, targets, level) as it:
        said = [ask(it).reason.partition(" in ")[2] for _ in range(3)]
    assert len(set(said)) == 1


# ---- how it is lost


@pytest.mark.parametrize(
    ("mode", "kind", "sentence"),
    [
        ("trace", Crashed, r"by SIGSYS \(it asked the system for something that no calculation needs\)"),
        ("hang", TimedOut, "it gave no answer within 0.5 s and was stopped"),
        ("stop", TimedOut, "it gave no answer within 0.5 s and was stopped"),
        ("trickle", TimedOut, "it gave no answer within 0.5 s and was stopped"),
        ("flood", Garbled, "it wrote more than 8 MiB to standard error in one case"),
        ("endless", Garbled, "its length is 1,125,899,906,842,624 bytes, but should be at most"),
        ("segv", Crashed, "its process ended by SIGSEGV"),
        ("exit", Crashed, "its process ended with exit code 0 before it answered"),
        ("close", Garbled, "it closed its standard output before it answered"),
    ],
)
def test_what_is_lost_is_told(level, tmp_path, python, targets, mode, kind, sentence):
    seconds = 0.5 if kind is TimedOut else 30.0
    with hostile(tmp_path, python, targets, level, mode, seconds=seconds) as it:
        for _ in range(2):
            seen = ask(it)
            assert type(seen) is kind, seen
            assert re.search(sentence, seen.why), seen.why


def test_processor_time_is_counted_over_all_threads(level, tmp_path, python, targets):
    with hostile(tmp_path, python, targets, level, "spin", limits=Limits(cpu_seconds=1)) as it:
        seen = ask(it)
    assert isinstance(seen, TimedOut)
    assert seen.why.startswith("it used up its 1 s of processor time and was stopped before it answered")


def test_one_that_always_hangs_is_not_asked_for_ever(level, tmp_path, python, targets):
    with hostile(tmp_path, python, targets, level, "hang", seconds=0.3) as it:
        why = [ask(it).why for _ in range(6)]
    assert set(why[3:]) == {"it was not asked, since 3 cases in a row before it had no answer within 0.3 s"}


def test_one_that_always_crashes_is_not_asked_for_ever(tmp_path, python, targets, monkeypatch):
    needs(Level.B)
    monkeypatch.setattr("conformance.submission.commanded_line.CRASHES", 2)
    with hostile(tmp_path, python, targets, Level.B, "exit") as it:
        why = [ask(it).why for _ in range(3)]
    assert why[2] == "it was not asked, since its process ended in each of the 2 cases before it"


def test_all_cases_together_have_their_time(level, tmp_path, python, targets):
    with hostile(tmp_path, python, targets, level, "hang", seconds=30.0, total_seconds=0.8) as it:
        why = [ask(it).why for _ in range(2)]
    assert why[1] == "it was not asked: the 0.8 s that all cases together may take were used up before it"


def test_what_does_not_greet_is_not_connected(level, tmp_path, python, targets):
    with (
        pytest.raises(NotConnectedError, match=r"asked HELLO, it gave no answer within 0.6 s"),
        hostile(tmp_path, python, targets, level, "late", seconds=0.2),
    ):
        pass


# ---- whoever ends, nothing stays

HARNESS = """
import os, sys, time
sys.path[:0] = [{root!r}, {tests!r}]
from pathlib import Path
from conformance.confinement.level import Level
from conformance.submission.command_folder import CommandFolder
from conformance.submission.commanded import commanded
os.environ["PATH"] = {path!r}
with commanded(CommandFolder.read({yaml!r}), level=Level({level!r})) as it:
    print(it._line._begin.folder, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("victim", ["judge", "keeper", "program"])
def test_whoever_is_killed_nothing_stays(level, victim, tmp_path, python, targets):
    own = tmp_path / f"killed_{os.getpid()}_{time.monotonic_ns()}"
    own.mkdir()
    (own / "targets").write_text(targets)
    shutil.copy(COMMANDS / "_hostile.py", own / f"{own.name}.py")
    (own / "it.yaml").write_text(f"command: {python} -I -S -B {own.name}.py targets\n")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    program = HARNESS.format(
        root=str(ROOT), tests=str(ROOT / "tests"), yaml=str(own / "it.yaml"), level=level.value, path=os.environ["PATH"]
    )
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as harness:
        assert harness.stdout.readline(), "the harness did not start"
        (script,) = running(f"{own.name}.py\0targets")
        keeper = int(Path(f"/proc/{script}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill({"judge": harness.pid, "keeper": keeper, "program": script}[victim], signal.SIGKILL)
        if victim != "judge":
            assert until(lambda: not running(f"{own.name}.py\0targets")), "the program outlives its keeper"
            harness.kill()
        harness.wait()
    assert until(lambda: not running(own.name)), f"still running: {running(own.name)}"
    assert until(lambda: not list(scratch.iterdir())), f"left behind: {list(scratch.iterdir())}"


# ---- building

EVIL = """
reached() { echo "reached: $1"; }
(cat "$1/canary" > "$BUILD/stolen") 2> /dev/null && reached "the file"
(echo x > "$1/new") 2> /dev/null && reached "the folder"
(echo x > /tmp/hostile-$$) 2> /dev/null && reached "/tmp"
(echo x > ./new) 2> /dev/null && reached "its own folder"
chmod 777 "$1/canary" 2> /dev/null
kill -0 "$2" 2> /dev/null && reached "the judge"
cat /proc/$2/environ > /dev/null 2>&1 && reached "its environment"
setsid true 2> /dev/null && reached "a session"
python3 -c "import socket; socket.create_connection(('127.0.0.1', $3))" 2> /dev/null && reached "the port"
sleep 300.$4 &
echo "tried all"
exit 7
"""


def building(folder, steps, **more):
    own = folder / f"building_{os.getpid()}_{time.monotonic_ns()}"
    own.mkdir()
    lines = "".join(f"- {step}\n" for step in steps)
    (own / "it.yaml").write_text(f"build:\n{lines}command: $BUILD/rnn\n")
    for name, text in more.items():
        (own / name).write_text(text)
    return own / "it.yaml"


def said_by(yaml, level):
    with (
        any_level(),
        pytest.raises(NotConnectedError) as said,
        commanded(CommandFolder.read(yaml), level=level, advisory=level is Level.C),
    ):
        pass
    return str(said.value)


def test_a_build_reaches_nothing_and_leaves_nothing(level, tmp_path, targets):
    canary, port, pid, folder = targets.split("\n")
    mode, mark = Path(canary).stat().st_mode, f"{os.getpid()}{time.monotonic_ns()}"
    yaml = building(tmp_path, [f"env BUILD=$BUILD sh evil.sh {folder} {pid} {port} {mark}"], **{"evil.sh": EVIL})
    said = said_by(yaml, level)
    assert "its build step ended with exit code 7, but should end with exit code 0" in said
    assert said.partition("It wrote:\n\n")[2] == "tried all"
    assert Path(canary).stat().st_mode == mode
    assert [path.name for path in Path(folder).iterdir()] == ["canary"]
    assert sorted(path.name for path in yaml.parent.iterdir()) == ["evil.sh", "it.yaml"]
    assert until(lambda: not running(f"300.{mark}")), "a build step left a process behind"


def test_an_unconfined_build_reaches_it(tmp_path, targets):
    """The same at level C, which has no layer against it."""
    canary, port, pid, folder = targets.split("\n")
    yaml = building(tmp_path, [f"env BUILD=$BUILD sh evil.sh {folder} {pid} {port} 0"], **{"evil.sh": EVIL.replace("300.$4", "1")})  # fmt: skip
    said = said_by(yaml, Level.C)
    for what in ("the file", "the folder", "/tmp", "its own folder", "the judge", "a session"):
        assert f"reached: {what}\n" in said, said
    assert Path(canary).stat().st_mode & 0o777 == 0o777
    for path in Path("/tmp").glob("hostile-*"):
        with contextlib.suppress(OSError):
            path.unlink()


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        (["absent-compiler x.c"], r"its build step cannot be run \(absent-compiler x.c\): No such file"),
        (["sh -c 'echo line 3 is wrong; exit 4'"], "exit code 4, but should .*\n\nline 3 is wrong"),
        (["sh -c 'yes'"], "its build step was stopped: it wrote more than 8 MiB of output"),
        (["sh -c 'ulimit -c 0; head -c 99000000 /dev/zero > $BUILD/large'"], "SIGXFSZ|exit code 1"),
        (["'true'"], "rnn cannot be run: No such file or directory"),
        (["mkdir $BUILD/rnn"], "rnn cannot be run: Permission denied"),
        (["cp it.yaml $BUILD/rnn"], "rnn is no program, but should be an ELF file"),
        (["ln -s /usr/bin/env $BUILD/rnn"], "rnn lies elsewhere, but a confined command should"),
    ],
)
def test_a_build_that_fails_is_told(tmp_path, steps, sentence):
    needs(Level.B)
    found = said_by(building(tmp_path, steps), Level.B)
    assert re.search(sentence, found), found


def test_a_build_that_hangs_is_stopped(level, tmp_path, monkeypatch):
    monkeypatch.setattr("conformance.submission.building._SECONDS", 0.3)
    mark = f"{os.getpid()}{time.monotonic_ns()}"
    found = said_by(building(tmp_path, [f"sh -c 'sleep 300.{mark} & sleep 300.{mark}'"]), level)
    assert "its build step took more than 0.3 s" in found
    assert until(lambda: not running(mark)), "it is still running"


BUILDER = """
import sys
sys.path[:0] = [{root!r}]
from conformance.confinement.level import Level
from conformance.submission.command_folder import CommandFolder
from conformance.submission.commanded import commanded
with commanded(CommandFolder.read({yaml!r}), level=Level({level!r})):
    pass
"""


@pytest.mark.parametrize("victim", ["judge", "keeper"])
def test_whoever_is_killed_while_it_is_built_nothing_stays(level, victim, tmp_path):
    """Also what a build step has left to run by itself, without a namespace that would take it along."""
    mark = f"300.{os.getpid()}{time.monotonic_ns()}"
    yaml = building(tmp_path, [f"sh -c '(sleep {mark} &) ; sleep {mark} ; true'"])
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    program = BUILDER.format(root=str(ROOT), yaml=str(yaml), level=level.value)
    environment, nothing = {**os.environ, "TMPDIR": str(scratch)}, subprocess.DEVNULL
    with subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=nothing, stderr=nothing) as judge:
        assert until(lambda: len(running(f"sleep\0{mark}")) == 2), "the build did not begin"
        (shell,) = [pid for pid in running(mark) if b"sh\0-c" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        keeper = int(Path(f"/proc/{shell}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(judge.pid if victim == "judge" else keeper, signal.SIGKILL)
        judge.wait()
    assert until(lambda: not running(mark)), f"still running: {running(mark)}"
    assert until(lambda: not list(scratch.iterdir())), f"left behind: {list(scratch.iterdir())}"


# ---- what is handed in


def folder_of(tmp_path, text="command: ./it\n", **files):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "it.yaml").write_text(text)
    for name, content in files.items():
        (tmp_path / "own" / name).write_text(content)
    return tmp_path / "own" / "it.yaml"


def test_a_folder_has_one_hash(tmp_path):
    yaml = folder_of(tmp_path, a="1", b="2")
    first = CommandFolder.read(yaml).sha256
    assert first == CommandFolder.read(yaml).sha256
    (tmp_path / "own" / "a").rename(tmp_path / "own" / "c")
    assert first != CommandFolder.read(yaml).sha256
    (tmp_path / "own" / "c").rename(tmp_path / "own" / "a")
    (tmp_path / "own" / "b").write_text("3")
    assert first != CommandFolder.read(yaml).sha256


def test_a_link_is_its_text(tmp_path):
    yaml = folder_of(tmp_path)
    (tmp_path / "secret").write_text("1")
    (tmp_path / "own" / "link").symlink_to(tmp_path / "secret")
    first = CommandFolder.read(yaml).sha256
    (tmp_path / "secret").write_text("2")
    assert CommandFolder.read(yaml).sha256 == first


def test_what_cannot_be_handed_in_is_told(tmp_path):
    yaml = folder_of(tmp_path, large="x" * 3000)
    with pytest.raises(SubmissionError, match=r"own holds more than 0 MiB \(large\), but should hold a command alone"):
        CommandFolder.read(yaml, 1000)
    os.mkfifo(tmp_path / "own" / "pipe")
    with pytest.raises(SubmissionError, match="pipe is no regular file"):
        CommandFolder.read(yaml)
    (tmp_path / "own" / "pipe").unlink()
    (tmp_path / "own" / "other.yaml").symlink_to(yaml)
    with pytest.raises(NoSubmissionError, match="absent.yaml does not exist"):
        CommandFolder.read(tmp_path / "absent.yaml")
    with pytest.raises(SubmissionError, match="other.yaml is no regular file"):
        CommandFolder.read(tmp_path / "own" / "other.yaml")
    yaml.write_text("comand: ./it\n")
    with pytest.raises(SubmissionError, match="comand is unknown"):
        CommandFolder.read(yaml)


def test_a_folder_may_be_made_visible_by_who_judges(level, tmp_path):
    """An interpreter with its library, perhaps; this one only says back what it is told."""
    (tmp_path / "tools").mkdir()
    shutil.copy(shutil.which("cat"), tmp_path / "tools" / "cat")
    file = CommandFolder.read(folder_of(tmp_path, f"command: {tmp_path}/tools/cat\n"))
    with pytest.raises(NotConnectedError, match="lies elsewhere, but a confined command should"), commanded(file, level=level):  # fmt: skip
        pass
    with (
        pytest.raises(NotConnectedError, match="asked HELLO, it answers HELLO, but should answer WELCOME"),
        commanded(file, level=level, reads=(tmp_path / "tools",)),
    ):
        pass


def test_what_is_not_installed_is_its_authors_matter(tmp_path):
    """Who could write down what is nowhere to be found could choose to go without a verdict."""
    yaml = folder_of(tmp_path, "command: ./it\nprograms: {no-such-compiler: 'install it from example.org'}\n")
    with (
        pytest.raises(NotConnectedError, match="asks for programs that are not here: no-such-compiler"),
        commanded(CommandFolder.read(yaml), level=Level.B),
    ):
        pass


def test_a_command_beside_the_harness_is_not_judged(tmp_path, monkeypatch):
    """It would see the answers."""
    monkeypatch.setattr("conformance.submission.commanded.HOME", tmp_path / "own" / "conformance")
    with (
        pytest.raises(
            NotJudgedError, match="it.yaml lies where the harness lies, but should be in a folder of its own"
        ),
        commanded(CommandFolder.read(folder_of(tmp_path)), level=Level.B),
    ):
        pass


def test_more_open_files_than_can_be_kept_apart_are_not_judged(tmp_path):
    with (
        pytest.raises(NotJudgedError, match="2000 open files are allowed, but should be at most 1000 for a command"),
        commanded(CommandFolder.read(folder_of(tmp_path)), level=Level.B, allowed=Allowance(limits=Limits(files=2000))),
    ):
        pass
