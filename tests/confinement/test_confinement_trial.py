"""A Python function inside, at each level: what it can reach, and that honest calculation works."""

import os
import signal
import sys
from pathlib import Path

import pytest
from confined_run import run
from shut_in import needs

from conformance.confinement.level import Level
from conformance.confinement.limits import Limits


@pytest.fixture(params=[Level.A, Level.B])
def level(request):
    needs(request.param)
    return request.param


def calculate():
    import colorsys  # a module that nobody imported before
    import threading

    import numpy as np
    from numpy import linalg, random

    rng = random.default_rng(0)
    a = rng.standard_normal((50, 50))
    found = []
    thread = threading.Thread(target=lambda: found.append(float(np.abs(linalg.inv(a) @ a - np.eye(50)).max())))
    thread.start()
    thread.join()
    return found[0] < 1e-9 and colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_numpy_and_threads_and_the_standard_library_work(level, tmp_path):
    assert run(level, tmp_path, calculate) == (True, 0)


def look_around():
    import os
    import sys

    descriptors = []
    for number in range(64):
        try:
            os.fstat(number)
        except OSError:
            continue
        descriptors.append(number)
    return [sorted(os.environ), sys.argv[1:], [p for p in sys.path if "packages" in p], len(descriptors)]


def test_it_is_told_nothing(level, tmp_path):
    (environment, arguments, packages, descriptors), _ = run(level, tmp_path, look_around)
    assert set(environment) <= {"LC_CTYPE", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PWD"}
    assert arguments == []
    assert packages == []
    assert descriptors == 4, "three standard streams and the pipe for the answer"


def read_all(paths):
    from pathlib import Path

    reached = []
    for path in paths:
        try:
            list(Path(path).iterdir()) if Path(path).is_dir() else Path(path).read_bytes()
            reached.append(path)
        except OSError:
            pass
    return reached


def test_what_is_not_listed_cannot_be_read(level, tmp_path):
    from conformance.confinement.visible import HOME

    canary = tmp_path / "canary"
    canary.write_text("expected values")
    site = str(Path(pytest.__file__).parents[1])
    hidden = [
        canary, tmp_path, HOME / "runner.py", HOME / "reference" / "rnn.py", HOME.parent / "cases", HOME.parent, site, pytest.__file__,
        "/", "/proc", "/proc/self/environ", f"/proc/{os.getpid()}/maps", "/etc", "/etc/passwd", "/tmp", "/root", "/home",
        str(Path.home()), "/sys", "/dev", "/var", "/run", "/bin/sh", "/dev/shm",
    ]  # fmt: skip
    visible = {"/", "/dev", "/tmp", str(tmp_path), str(Path.home()), "/root", "/etc", site, str(HOME.parent)}
    reached, _ = run(level, tmp_path, read_all, [str(path) for path in hidden])
    # Folders on the way to what is visible exist inside, with nothing else in them; test_visible looks at all of those.
    assert set(reached) <= (visible if level is Level.A else set()), f"read {reached}"


def walk():
    import os

    return sorted(f"{folder}/{name}".replace("//", "/") for folder, _, names in os.walk("/") for name in names)


def test_in_namespaces_there_is_no_other_file(tmp_path):
    needs(Level.A)
    from conformance.confinement.namespaces import Namespaces
    from conformance.confinement.visible import HOME, Visible

    found, _ = run([Namespaces], tmp_path, walk)
    seen = Visible.here()
    folders = [
        str(path) for path in (*seen.library, *seen._package_folders(), HOME / "confinement", tmp_path / "submitted")
    ]
    others = [path for path in found if not any(path.startswith(f"{folder}/") for folder in folders)]
    allowed = {str(name) for name, _ in seen.binds()} | {"/dev/null"}
    assert set(others) <= allowed, f"more is visible than should be: {sorted(set(others) - allowed)}"
    assert not any("/torch/" in path or "/pip/" in path for path in found)


def import_others(names):
    reached = []
    for name in names:
        try:
            __import__(name)
            reached.append(name)
        except (ImportError, PermissionError):
            pass
    return reached


def test_no_other_package_can_be_imported(level, tmp_path):
    names = [
        "torch",
        "pytest",
        "click",
        "yaml",
        "pip",
        "landlockpy",
        "conformance.runner",
        "conformance.reference",
        "conformance.expected",
    ]
    assert run(level, tmp_path, import_others, names) == ([], 0)


def add_the_folder(folder):
    import sys

    sys.path.append(folder)
    try:
        import pytest
    except ImportError:
        return "not found"
    return pytest.__file__


def test_knowing_where_they_are_does_not_help(level, tmp_path):
    assert run(level, tmp_path, add_the_folder, str(Path(pytest.__file__).parents[1])) == ("not found", 0)


def end_itself():
    import os

    os.abort()


def ask_for_tracing():
    import ctypes

    ctypes.CDLL(None).ptrace(0, 0, 0, 0)


def another_computer():
    import socket

    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)


@pytest.mark.parametrize(
    ("function", "ended"),
    [(end_itself, signal.SIGABRT), (ask_for_tracing, signal.SIGSYS), (another_computer, signal.SIGSYS)],
)
def test_how_it_ended_is_seen(level, tmp_path, function, ended):
    assert run(level, tmp_path, function) == (None, -ended)


def hang():
    import time

    time.sleep(60)


def test_the_parent_can_end_it(level, tmp_path):
    assert run(level, tmp_path, hang, seconds=0.1) == (None, -signal.SIGKILL)


def spin():
    while True:
        pass


def test_processor_time_is_limited(level, tmp_path):
    assert run(level, tmp_path, spin, limits=Limits(cpu_seconds=1)) == (None, -signal.SIGXCPU)


def take(size):
    import numpy as np

    try:
        return np.ones(size // 8).nbytes
    except MemoryError:
        return "MemoryError"


@pytest.mark.parametrize(("size", "said"), [(64 << 20, 64 << 20), (600 << 20, "MemoryError")])
def test_memory_is_limited(level, tmp_path, size, said):
    assert run(level, tmp_path, take, size, limits=Limits(memory=512 << 20)) == (said, 0)


def start_others():
    import os
    import subprocess
    import sys

    refused = []
    for start in (
        os.fork,
        lambda: subprocess.run([sys.executable, "-V"]),
        lambda: os.execv(sys.executable, ["python", "-V"]),
    ):
        try:
            start()
        except PermissionError as error:
            refused.append(error.errno)
    return refused


def test_starting_others_is_a_permission_error(level, tmp_path):
    """Libraries know what to do about that."""
    assert run(level, tmp_path, start_others) == ([1, 1, 1], 0)


def signal_others(judge):
    import os

    reached = []
    for pid in (os.getppid(), 1, judge, -1, 0):
        try:
            os.kill(pid, 0)
            reached.append(pid)
        except (PermissionError, ProcessLookupError):
            pass
    os.kill(os.getpid(), 0)  # itself it may
    return reached


def test_nobody_else_can_be_signalled(level, tmp_path):
    assert run(level, tmp_path, signal_others, os.getpid()) == ([], 0)


def leave_through_a_thread():
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    flags = 0x00010000 | 0x00000800 | 0x00000100  # a thread...
    return libc.syscall(56, flags | 0x40000000, 0, 0, 0, 0), ctypes.get_errno()  # ...with a network of its own


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the number of clone is x86-64's")
def test_a_thread_gets_no_namespace_of_its_own(level, tmp_path):
    (result, error), _ = run(level, tmp_path, leave_through_a_thread)
    assert (result, error) == (-1, 38)


def sizes():
    import resource

    return [
        resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0] for name in ("CPU", "AS", "NOFILE", "FSIZE", "CORE")
    ]


def test_the_limits_are_those_asked_for(level, tmp_path):
    asked = Limits(cpu_seconds=3, memory=1 << 30, files=20)
    assert run(level, tmp_path, sizes, limits=asked) == ([3, 1 << 30, 20, 0, 0], 0)


def test_python_inside_is_the_one_outside(level, tmp_path):
    def version():
        import sys

        return sys.version

    assert run(level, tmp_path, version)[0] == sys.version
