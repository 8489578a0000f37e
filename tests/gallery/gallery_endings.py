"""Submissions that end, hang, want more than they may, or say what should not be said."""

from gallery_entry import CRASH, ERROR, FAIL, MEMORY, PASS, TIMEOUT, UNSUPPORTED, Entry

#: Does something when the answer has been written.
_AT_THE_END = "import os, time\nreal = os._exit\nos._exit = lambda code: ({what}, real(code))"

# fmt: off
ENDINGS = (
    Entry("leaves in the call", CRASH, "exit code 0 before it answered", call="import os\nos._exit(0)", accident=True),
    Entry("exits in the call", ERROR, "SystemExit", call="import sys\nsys.exit(0)", accident=True),
    Entry("exits with a code after it has answered", CRASH, "exit code 3 after it answered", call=_AT_THE_END.format(what="real(3)")),
    Entry("aborts", CRASH, "by SIGABRT", call="import os\nos.abort()", accident=True),
    Entry("reads at address 0", CRASH, "by SIGSEGV", call="import ctypes\nctypes.string_at(0)", accident=True),
    Entry("ends itself by a signal", CRASH, "by SIGTERM", call="import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", accident=True),
    Entry("kills itself", CRASH, "by SIGKILL", call="import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", accident=True),
    Entry("overflows the stack of C", None, "",
          call="import sys\nsys.setrecursionlimit(1 << 30)\nclass E:\n    def __repr__(self):\n        return repr(self)\nrepr(E())"),
    Entry("calls itself for ever", ERROR, "RecursionError", call="def deep():\n    return deep()\ndeep()", accident=True),
    Entry("closes every descriptor", CRASH, "before it answered", call="import os\nos.closerange(0, 256)", accident=True),
    Entry("closes its line", CRASH, "before it answered", call="import os\nos.closerange(3, 256)", accident=True),
    Entry("stops for a debugger", ERROR, "BdbQuit", call="breakpoint()", accident=True),
    Entry("raises what Ctrl-C raises", ERROR, "KeyboardInterrupt", call="raise KeyboardInterrupt", accident=True),
    Entry("raises what ends a generator", ERROR, "GeneratorExit", call="raise GeneratorExit", accident=True),
    Entry("raises that nothing is implemented", UNSUPPORTED, "declined: not yet", call="raise NotImplementedError('not yet')", accident=True),
    Entry("raises an error in the call", ERROR, "forward raised KeyError", call="{}['weight_ih_l1']", accident=True),
)
# fmt: on

# fmt: off
HANGS = (
    Entry("never ends", TIMEOUT, "still running after 1 s and was stopped before it answered", call="while True:\n    pass", hangs=True, accident=True),
    Entry("sleeps", TIMEOUT, "still running after 1 s", call="import time\ntime.sleep(600)", hangs=True, accident=True),
    Entry("ignores every signal and sleeps", TIMEOUT, "still running after 1 s",
          call="import signal, time\nfor s in range(1, 65):\n    try:\n        signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\ntime.sleep(600)", hangs=True),
    Entry("calculates one number that no signal interrupts", TIMEOUT, "still running after 1 s", call="9 ** 9 ** 9", hangs=True, accident=True),
    Entry("searches with a pattern that takes for ever", TIMEOUT, "still running after 1 s",
          call="import re\nre.match('(a+)+b', 'a' * 60)", hangs=True, accident=True),
    Entry("spins in nine threads", TIMEOUT, "still running after 1 s",
          call="import threading\ndef spin():\n    while True:\n        pass\nfor _ in range(8):\n    threading.Thread(target=spin).start()\nspin()", hangs=True),
    Entry("waits for a thread that waits for it", TIMEOUT, "still running after 1 s",
          call="import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()", hangs=True, accident=True),
    Entry("stops itself", TIMEOUT, "still running after 1 s", call="import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", hangs=True),
    Entry("answers and never ends", TIMEOUT, "was stopped after it answered", call=_AT_THE_END.format(what="time.sleep(600)"), hangs=True),
    Entry("never comes to an end of its error's text", TIMEOUT, "still running after 1 s",
          call="class E(Exception):\n    def __str__(self):\n        while True:\n            pass\nraise E", hangs=True),
    Entry("takes all the memory that it may have and sleeps", TIMEOUT, "still running after 1 s",
          call="import time\nheld = []\nwhile True:\n    try:\n        held.append(bytearray(1 << 20))\n    except MemoryError:\n        time.sleep(600)", hangs=True),
    Entry("sleeps at import", TIMEOUT, "still running after 1 s", top="import time\ntime.sleep(600)\n", hangs=True, accident=True),
    Entry("ignores signals and sleeps at import", TIMEOUT, "still running after 1 s",
          top="import signal, time\nfor s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU):\n    signal.signal(s, signal.SIG_IGN)\ntime.sleep(600)\n", hangs=True),
)
# fmt: on

# fmt: off
RESOURCES = (
    Entry("wants 64 GiB", MEMORY, "more memory than the 512 MiB", call="np.ones(1 << 33)", accident=True),
    Entry("wants a little more again and again", MEMORY, "more memory than the 512 MiB",
          call="held = []\nwhile True:\n    held.append(np.ones(1 << 20))", accident=True),
    Entry("maps a terabyte", ERROR, "OSError", call="import mmap\nmmap.mmap(-1, 1 << 40)"),
    Entry("makes a list that never ends", MEMORY, "more memory than the 512 MiB", call="list(iter(int, 1))", accident=True),
    Entry("raises MemoryError itself", MEMORY, "512 MiB", call="raise MemoryError('none left')", accident=True),
    Entry("opens descriptors without end", ERROR, "Too many open files", call="import os\nwhile True:\n    os.dup(0)", accident=True),
    Entry("starts 4,000 threads", ERROR, "can't start new thread",
          call="import threading, time\nfor _ in range(4000):\n    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()"),
    Entry("floods its output", ERROR, "8 MiB of output", call="import os\nwhile True:\n    os.write(1, bytes(1 << 16))", accident=True),
    Entry("floods its output at import", ERROR, "8 MiB of output", top="import os\nwhile True:\n    os.write(2, bytes(1 << 16))\n", accident=True),
    Entry("floods what it prints", PASS, "", call="for _ in range(200):\n    print('x' * 100_000)", accident=True),
    Entry("answers with a hundred times too many numbers", ERROR, "its length is", call="return np.zeros((100, *output.shape, 100)), h_n", accident=True),
    Entry("sends 10,000 gradients that nobody asked for", PASS, "", backward="return gradients | {f'g{i}': np.zeros(1) for i in range(10_000)}"),
    Entry("sends 100,000 gradients that nobody asked for", ERROR, "", backward="return gradients | {f'g{i}': np.zeros(1) for i in range(100_000)}"),
)
# fmt: on

#: Texts that would do something where they are shown, if they were shown as they are.
_HOSTILE = "\\x1b[2J\\x1b[32mPASS\\x1b[0m ::error file=a::x </testcase></script><img src=x onerror=alert(1)> \\u202eSSAP\\u2066 \\x00 %0A"


def raising(name, says, text, kind="ValueError", status=ERROR):
    """One that raises a text."""
    return Entry(name, status, says, call=f"raise {kind}({text})")


# fmt: off
TEXTS = (
    raising("raises escapes, commands, markup and directions", "raised ValueError", f'"{_HOSTILE}"'),
    raising("raises a text of 256 MiB", "raised ValueError", '"A" * (256 << 20)'),
    raising("raises a text of 100,000 lines", "raised ValueError", '"line\\n" * 100_000'),
    raising("raises half of a pair of surrogates", "raised ValueError", '"\\ud800"'),
    raising("raises a line that looks like another's", "raised ValueError", '"\\n::error::\\nFAILED tests/test_other.py\\r\\b\\b"'),
    Entry("raises what cannot be shown", ERROR, "its __str__ raises",
          call="class E(Exception):\n    def __str__(self):\n        raise SystemExit(0)\nraise E"),
    Entry("raises what is shown as no text", ERROR, "its __str__ raises", call="class E(Exception):\n    def __str__(self):\n        return 3\nraise E"),
    Entry("raises what is shown as a text of its own kind", ERROR, "raised E",
          call="class S(str):\n    def __getitem__(self, i):\n        return 3\n    def encode(self, *a):\n        return b'\\xff' * 100\nclass E(Exception):\n    def __str__(self):\n        return S('own')\nraise E"),
    Entry("raises what says that it is something else", ERROR, "raised E",
          call="class E(Exception):\n    __class__ = MemoryError\n    __module__ = 'builtins'\nraise E"),
    Entry("raises what leaves when it is let go", CRASH, "exit code 0",
          call="import os\nclass E(Exception):\n    def __del__(self):\n        os._exit(0)\nraise E"),
    Entry("raises a chain of 10,000 errors", ERROR, "ValueError",
          call="error = None\nfor i in range(10_000):\n    error, e = ValueError(i), error\n    error.__cause__ = e\nraise error"),
    Entry("raises a group", ERROR, "ExceptionGroup", call="raise ExceptionGroup('many', [ValueError(i) for i in range(100)])"),
    Entry("has a name of a megabyte", ERROR, "raised AAAA", call="raise type('A' * (1 << 20), (Exception,), {})('long')"),
    Entry("has a name that would do something", ERROR, "raised",
          call=f'raise type("{_HOSTILE.replace(chr(92) + "x00", "")}", (Exception,), {{}})("named")'),
    Entry("returns what has a name of a megabyte", FAIL, "AAAA", call="return type('A' * (1 << 20), (), {})(), h_n"),
    Entry("declines with a text of a megabyte", UNSUPPORTED, "declined: ", call="raise NotImplementedError('x' * (1 << 20))"),
    Entry("raises from a file that is not its own", ERROR, "ValueError", call="exec(compile('raise ValueError(1)', '/etc/passwd', 'exec'))"),
    Entry("writes escapes to standard error and ends", CRASH, "exit code 4", call=f'import os\nos.write(2, "{_HOSTILE}".encode())\nos._exit(4)'),
    Entry("names a gradient so that it would do something", PASS, "", backward=f'return gradients | {{"{_HOSTILE}": np.zeros(1)}}'),
)
# fmt: on
