"""Killing a gate's processes at random points: the judge, the warm parent or a case child, by SIGKILL."""

import contextlib
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

#: Some cases, of which each takes long enough for a child to be met at work, and for the last kill to come in time.
SCOPE = "num_layers=1,asks=values,bidirectional=false,nonlinearity=tanh,batch_first=false"
SLOWLY = """
import time
_forward = RNN.forward
RNN.forward = lambda self, *arguments: (time.sleep(0.03), _forward(self, *arguments))[1]
"""
#: Who is killed, and how the gate may end then: by that signal; not judged; with a case that crashed, or not judged
#: where the child had not put its layers on.
ENDS = {"judge": {-signal.SIGKILL}, "parent": {3}, "child": {1, 3}}
VICTIMS = tuple(ENDS)
#: After so many children the smoke step is over, in which no answer counts: one compiles, three answer it, and the next is
#: there. Some nine more come, of 0.25 s at least each, so that the latest kill still comes before the last answer.
_BEFORE = 5
#: A gate on a busy machine may be over before a process is met.
_ATTEMPTS = 4
#: Seconds.
_LATEST, _STARTING, _LEAVING = 2.0, 60.0, 10.0


@dataclass
class Toll:
    """What became of the gates that were killed: exit codes by victim, and in words whatever should not have been."""

    codes: dict = field(default_factory=lambda: {victim: Counter() for victim in VICTIMS})
    wrong: list = field(default_factory=list)

    @property
    def kills(self):
        """How many processes were killed."""
        return sum(counts.total() for counts in self.codes.values())

    def lines(self):
        """One line a victim."""
        return [
            f"{victim}: {counts.total()} killed; exit codes of the gate: "
            + ", ".join(f"{code} ({count} times)" for code, count in sorted(counts.items()))
            for victim, counts in self.codes.items()
        ]


def campaign(source, folder, kills, seed):
    """Start gates on a source, a fresh one for each kill, at levels A and B in turn."""
    draw, toll = random.Random(seed), Toll()
    for number in range(kills):
        victim, level = VICTIMS[number // 2 % len(VICTIMS)], "AB"[number % 2]
        for attempt in range(_ATTEMPTS):
            one = Gate(source, Path(folder, f"{number}.{attempt}"), level)
            code, trouble = one.killed(victim, draw.uniform(0, _LATEST))
            toll.wrong += [f"kill {number} ({victim}, level {level}, seed {seed}): {what}" for what in trouble]
            if one.met:
                toll.codes[victim][code] += 1
                break
    return toll


class Gate:
    """One gate in a process of its own, on a submission whose name nobody else has."""

    def __init__(self, source, folder, level):
        self.level, self.token = level, f"killed_{secrets.token_hex(8)}"
        self._parent, self.met = None, False
        self._temporary, self._report = folder / "temporary", folder / "report"
        self._temporary.mkdir(parents=True)
        path = folder / f"{self.token}.py"
        path.write_text(source + SLOWLY)
        words = ["gate", str(path), "--where", SCOPE, "--level", level, "--seed", "0", "--report", str(self._report)]
        environment = {k: v for k, v in os.environ.items() if k != "RNN_CONFORMANCE_REQUIRE"}
        self._judge = subprocess.Popen(
            [sys.executable, "-m", "conformance", *words],
            env=environment | {"TMPDIR": str(self._temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def killed(self, kind, seconds):
        """The exit code of a gate of which one process was killed so long after a child was there, and what is wrong.

        Where the gate had ended before, `met` is false, and it should have passed.
        """
        victim = self._met(kind, seconds)
        below = descendants(self._judge.pid)
        if victim is not None:
            os.kill(victim, signal.SIGKILL)
        said, _ = self._judge.communicate(timeout=_STARTING)
        self.met = victim is not None
        return self._judge.returncode, list(self._troubles(said, below, ENDS[kind] if self.met else {0}))

    def _met(self, kind, seconds):
        """The process to kill, stopped, when the time has come; None where the gate had ended before."""
        deadline, seen = time.monotonic() + _STARTING, set()
        while self._going(deadline) and len(seen) < _BEFORE:
            seen |= set(children(self._find("parent")))
            time.sleep(0.002)
        time.sleep(seconds)
        while self._going(deadline):
            if (found := self._find(kind)) and stopped(found):
                return found
        return None

    def _going(self, deadline):
        return self._judge.poll() is None and time.monotonic() < deadline

    def _find(self, kind):
        """The judge; the Python that it, or a namespace's first process, started; or one that such a Python forked."""
        if kind == "judge":
            return self._judge.pid
        if self._parent is None or not is_inside(self._parent):
            inside = {pid: parent for pid, parent in processes(self.token).items() if is_inside(pid)}
            self._parent = next((pid for pid, parent in inside.items() if parent not in inside), None)
        return self._parent if kind == "parent" else next(iter(children(self._parent)), None)

    def _troubles(self, said, below, wanted):
        """What must not be: a pass, a process, a temporary file, a report that says more than is known."""
        if self._judge.returncode not in wanted:
            yield f"the gate ended with {self._judge.returncode}, but should with {wanted}:\n{said}"
        deadline = time.monotonic() + _LEAVING
        while (left := {*processes(self.token), *(pid for pid in below if same(pid, below[pid]))}) and (
            time.monotonic() < deadline
        ):
            time.sleep(0.01)
        if left:
            yield f"processes are still running: {left}"
        if files := [path.name for path in self._temporary.rglob("*")]:
            yield f"temporary files are left: {files}"
        if parts := [path.name for path in self._report.glob(".*")]:
            yield f"half a report is left: {parts}"


def processes(token):
    """The processes whose command line holds a word, each with its parent's number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if token.encode() in (folder / "cmdline").read_bytes():
                found[int(folder.name)] = _fields(int(folder.name))[1]
    return found


def is_inside(pid):
    """Whether a process is a Python that runs confined."""
    with contextlib.suppress(OSError):
        return b"-I\0-S\0-B\0" in Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"{")[0] and "python" in (
            Path(f"/proc/{pid}/comm").read_text()
        )
    return False


def children(pid):
    """The processes that another one has forked."""
    with contextlib.suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def stopped(pid):
    """Stop a process; False where it had ended, so that killing it would do nothing."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGSTOP)
        while (state := _fields(pid)[0]) not in "ZX":
            if state == "T":
                return True
            time.sleep(0.0005)
    return False


def descendants(of):
    """Every process below another one, with the time at which it started."""
    parents, started = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            _, parents[int(folder.name)], started[int(folder.name)] = _fields(int(folder.name))
    found, new = {}, {of}
    while new := {pid for pid, parent in parents.items() if parent in new}:
        found |= {pid: started[pid] for pid in new}
    return found


def same(pid, started):
    """Whether a process is still there, and no other one that was given its number."""
    with contextlib.suppress(OSError):
        state, _, began = _fields(pid)
        return began == started and state not in "ZX"
    return False


def _fields(pid):
    """State, parent and time of start; see proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return fields[0], int(fields[1]), int(fields[19])
