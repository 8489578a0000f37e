"""Whatever a submission does, the judge hears an answer or says how it was lost; each is seen with a plain answer too."""

import pytest
from submissions import CONFINED, confined, honest, seen

from conformance.confinement.limits import Limits
from conformance.observation import Answered, Crashed, Garbled, OutOfMemory, Raised, TimedOut

#: Calls the real one later, when the answer has been written.
AT_THE_END = """
import os, time
real = os._exit
os._exit = lambda code: ({what}, real(code))
"""

LOST = {
    "leaves at import": (honest(before="import os\nos._exit(0)\n"), Crashed, "exit code 0 before it answered"),
    "leaves in the call": (honest("import os; os._exit(0)"), Crashed, "exit code 0 before it answered"),
    "exit code after": (honest(before=AT_THE_END.format(what="real(3)")), Crashed, "exit code 3 after it answered"),
    "hangs after": (honest(before=AT_THE_END.format(what="time.sleep(60)")), TimedOut, "stopped after it answered"),
    "aborts": (honest("import os; os.abort()"), Crashed, "by SIGABRT"),
    "touches address 0": (honest("import ctypes; ctypes.string_at(0)"), Crashed, "by SIGSEGV"),
    "hangs": (honest("while True: pass"), TimedOut, "still running after 1.5 s"),
    "sleeps at import": (honest(before="import time\ntime.sleep(60)\n"), TimedOut, "still running after 1.5 s"),
    "stops itself": (honest("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"), TimedOut, "still running"),
    "wants memory": (honest("np.ones(1 << 33)"), OutOfMemory, "than the 512 MiB"),
    "floods": (honest("import os\nwhile True: os.write(1, bytes(1 << 16))"), Garbled, "8 MiB of output"),
    "traces": (honest("import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)"), Crashed, "SIGSYS"),
    "closes all": (honest("import os; os.closerange(0, 100)"), Crashed, "before it answered"),
    "answers by hand": (
        honest(
            "import os\nfor d in range(3, 30):\n    try: os.write(d, b'RNNC' + bytes(99))\n    except OSError: pass"
        ),
        Garbled,
        "its version of the protocol is 0",
    ),
    "says more": (
        honest(
            before=AT_THE_END.format(what="[say(d) for d in range(3, 30)]")
            + "def say(d):\n    try: os.write(d, b'more')\n    except OSError: pass\n"
        ),
        Garbled,
        "",
    ),
    "claims too much": (
        honest(
            "import os, struct\nhead = struct.pack('<4sHHQIIQ', b'RNNC', 1, 4, 1, 1, 0, 1 << 60)\n"
            "for d in range(3, 30):\n    try: os.write(d, head)\n    except OSError: pass"
        ),
        Garbled,
        "its length is",
    ),
}


@pytest.mark.parametrize("level", CONFINED)
def test_what_is_lost_is_said(level, tmp_path):
    limits = Limits(memory=512 << 20)
    for name, (source, kind, sentence) in LOST.items():
        with confined(tmp_path, source, level, limits=limits, seconds=1.5) as implementation:
            found = seen(implementation)
        assert type(found) is kind, f"{name}: {found} is no {kind.__name__}"
        assert sentence in found.why, f"{name}: {found.why!r} does not say {sentence!r}"


@pytest.mark.parametrize("level", CONFINED)
def test_processor_time_is_limited_for_one_that_ignores_the_warning(level, tmp_path):
    source = honest("while True: pass", before="import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n")
    with confined(tmp_path, source, level, limits=Limits(cpu_seconds=1), seconds=30) as implementation:
        found = seen(implementation)
    assert type(found) is TimedOut
    assert "1 s of processor time" in found.why


RAISED = {
    "a syntax error": (b"def f(:\n", "SyntaxError", "student.py:1"),
    "a null byte": (b"x = 1\0\n", "SyntaxError", ""),
    "leaving": (b"import sys\nsys.exit(0)\n", "SystemExit", "student.py:2"),
    "nothing": (b"", "NotConnectedError", ""),
    "a fork": (honest("import os; os.fork()").encode(), "PermissionError", "student.py"),
    "a socket": (honest("import socket; socket.socket()").encode(), "PermissionError", ""),
    "a program": (honest("import os; os.execv('/usr/bin/true', ['true'])").encode(), "", ""),
}


@pytest.mark.parametrize("level", CONFINED)
def test_what_it_raises_is_told_in_its_own_words(level, tmp_path):
    for name, (source, kind, where) in RAISED.items():
        with confined(tmp_path, source, level) as implementation:
            found = seen(implementation)
        assert type(found) is Raised, f"{name}: {found}"
        assert kind in found.kind, f"{name}: {found}"
        assert where in found.where, f"{name}: {found}"


@pytest.mark.parametrize("level", CONFINED)
def test_after_each_loss_the_next_case_is_answered(level, tmp_path):
    source = honest("if input.shape[1] == 1: import os; os._exit(4)")
    from dataclasses import replace

    from submissions import CASE

    from conformance.arguments import draw

    single = replace(CASE, batch_size=1)
    with confined(tmp_path, source, level) as implementation:
        assert type(seen(implementation, single, draw(single, 0))) is Crashed
        assert type(seen(implementation)) is Answered


@pytest.mark.parametrize("level", CONFINED)
def test_one_that_hangs_again_and_again_is_asked_no_more(level, tmp_path):
    with confined(tmp_path, honest("while True: pass"), level, seconds=0.3) as implementation:
        sentences = [seen(implementation).why for _ in range(4)]
    assert ["not asked" in sentence for sentence in sentences] == [False, False, False, True]
