"""What a process leaves running is found and ended, with and without a process namespace."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from shut_in import needs, running, until

from conformance.confinement.level import Level

ROOT = Path(__file__).parents[2]
TESTS = Path(__file__).parent

#: A judge that is a subreaper, a child of its own, and a child that leaves a daemon in another session behind.
SWEEPING = """
import os, subprocess, sys, time
from conformance.confinement import orphans

ADOPT
own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
reading, writing = os.pipe()
if os.fork() == 0:
    os.setsid()
    daemon = os.fork()
    if daemon == 0:
        time.sleep(60)
    os.write(writing, str(daemon).encode())
    os._exit(0)
daemon = int(os.read(reading, 20))
while daemon not in orphans.children() and ADOPTED:
    time.sleep(0.01)
found = orphans.sweep({own.pid})
print(daemon in found, own.poll() is None, os.path.exists(f"/proc/{daemon}"), len(orphans.children()))
own.kill()
own.wait()
if not ADOPTED:
    os.kill(daemon, 9)
"""


def sweeping(*, adopted):
    program = SWEEPING.replace("ADOPTED", str(adopted)).replace("ADOPT", "orphans.adopt()" if adopted else "")
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert not done.stderr, done.stderr
    return done.stdout.strip()


def test_a_daemon_is_found_and_ended_and_its_own_child_is_kept():
    assert sweeping(adopted=True) == "True True False 1"


def test_without_adopting_it_would_not_be_found():
    assert sweeping(adopted=False).startswith("False True True")


def wait_long():
    import time

    time.sleep(300)


#: A judge that starts a confined parent, which forks a child that waits; then it waits too.
JUDGE = """
import json, subprocess, sys
sys.path.insert(0, {root!r})
sys.path[:0] = {tests!r}
from pathlib import Path
from confined_run import prepared
from test_confinement_orphans import wait_long
from conformance.confinement.level import Level
from conformance.confinement.start import ENVIRONMENT

confinement = prepared(Level.{level}.layers, Path({folder!r}), wait_long)
started = subprocess.Popen(
    confinement.command("submitted:main", "[]", "300"), env=ENVIRONMENT, pass_fds=confinement.descriptors, stdin=subprocess.DEVNULL
)
print(started.pid, flush=True)
started.wait()
"""


@pytest.mark.parametrize("victim", ["judge", "parent", "child"])
@pytest.mark.parametrize("level", [Level.A, Level.B])
def test_whoever_is_killed_nothing_stays(level, victim, tmp_path):
    needs(level)
    program = JUDGE.format(
        root=str(ROOT), tests=[str(TESTS), str(TESTS.parent)], level=level.value, folder=str(tmp_path)
    )
    judge = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    outer = int(judge.stdout.readline())
    # bwrap twice (outside, and as process 1 inside), the warm parent and its child; without namespaces the last two.
    inside = 4 if level is Level.A else 2
    marker = str(tmp_path)
    assert until(lambda: len(running(marker)) == inside + 1), (
        f"{len(running(marker))} processes run, but should {inside + 1}"
    )
    youngest = max(set(running(marker)) - {judge.pid})
    os.kill({"judge": judge.pid, "parent": outer, "child": youngest}[victim], signal.SIGKILL)
    assert until(lambda: not running(marker)), f"still running: {running(marker)}"
    judge.communicate(timeout=20)
