"""Answers made by hand, and a Python that is no longer what it was: only right numbers pass, however they are sent."""

from gallery_entry import CRASH, ERROR, FAIL, PASS, TIMEOUT, UNSUPPORTED, Entry

#: What writes to the judge, changed: `raw` changes the bytes that are sent, `forge` the frame, on the case's `line`.
_FORGE = """
import os, struct
from conformance.wire import Frame, Kind, Limits, decode, encode
line = next(d for d in range(3, 64) if worked(it=lambda: os.fstat(d)) and os.fstat(d).st_mode >> 12 == 12)
def raw(change):
    def write(descriptor, data, real=os.write):
        if descriptor != line:
            return real(descriptor, data)
        real(descriptor, change(bytes(data), real))
        return len(data)
    os.write = write
def forge(change):
    raw(lambda sent, _: encode(change(decode(sent, Limits(1 << 30)))))
def header(magic=b"RNNC", version=1, kind=4, sequence=1, entries=1, reserved=0, length=0):
    return struct.pack("<4sHHQIIQ", magic, version, kind, sequence, entries, reserved, length)
def entry(name=b"call/0/output", code=1, dims=(4, 2, 3), length=192):
    return struct.pack(f"<HBBQ{len(dims)}Q", len(name), code, len(dims), length, *dims) + name
def whole(data, entries=1):
    return lambda sent, _: header(length=len(data), entries=entries, sequence=struct.unpack_from("<Q", sent, 8)[0]) + data
"""


def forged(name, status, says, change, **more):
    """One that answers with another frame."""
    return Entry(name, status, says, call=f"{_FORGE}\nforge({change})", **more)


def raw(name, status, says, change, **more):
    """One that answers with other bytes."""
    return Entry(name, status, says, call=f"{_FORGE}\nraw({change})", **more)


# fmt: off
FORGED = (
    forged("sends zeros in an honest frame", FAIL, "output is 0", "lambda f: Frame(f.kind, f.sequence, {n: v * 0 if isinstance(v, np.ndarray) else v for n, v in f.entries.items()})"),
    forged("answers another question", ERROR, "its sequence is", "lambda f: Frame(f.kind, f.sequence + 1, f.entries)"),
    forged("says welcome", ERROR, "its kind is WELCOME", "lambda f: Frame(Kind.WELCOME, f.sequence, {})"),
    forged("sends the question back", ERROR, "its kind is CASE", "lambda f: Frame(Kind.CASE, f.sequence, {})"),
    forged("refuses the question", ERROR, "it refuses the question (too hard)", "lambda f: Frame(Kind.REFUSED, f.sequence, {'reason': 'too hard'})"),
    forged("declines whatever it is asked", UNSUPPORTED, "declined: too hard", "lambda f: Frame(Kind.DECLINED, f.sequence, {'reason': 'too hard'})"),
    forged("claims that it is not connected", ERROR, "raised E", "lambda f: Frame(Kind.RAISED, f.sequence, {'kind': 'E', 'not_connected': True})"),
    forged("claims an error in another file", ERROR, "raised E at judge.py:1", "lambda f: Frame(Kind.RAISED, f.sequence, {'kind': 'E', 'where': 'judge.py:1'})"),
    forged("gives a gradient no name, and numbers to another", ERROR, "numbers/call/0/gradient/a", "lambda f: Frame(f.kind, f.sequence, {**f.entries, 'call/0/gradient/': 'x', 'numbers/call/0/gradient/a': np.ones(2)})"),
    forged("sends an empty answer", ERROR, "it answers 0 of 1 calls", "lambda f: Frame(f.kind, f.sequence, {})"),
    forged("sends one value under a name of its own", ERROR, "verdict", "lambda f: Frame(f.kind, f.sequence, {**f.entries, 'verdict': 'pass'})"),
    forged("sends the output without h_n", FAIL, "1 values, but should be 2", "lambda f: Frame(f.kind, f.sequence, {n: v for n, v in f.entries.items() if 'h_n' not in n})"),
    forged("sends text in place of numbers", FAIL, "output is right", "lambda f: Frame(f.kind, f.sequence, {**f.entries, 'call/0/output': 'right'})"),
    forged("sends a number in place of numbers", FAIL, "output is 1", "lambda f: Frame(f.kind, f.sequence, {**f.entries, 'call/0/output': 1})"),
    forged("claims to have changed nothing but the verdict", FAIL, "it changed the verdict in place", "lambda f: Frame(f.kind, f.sequence, {**f.entries, 'changed': 'the verdict'})"),
    forged("names a dtype that the wire does not know", PASS, "", "lambda f: Frame(f.kind, f.sequence, {**f.entries, 'dtype/call/0/output': 'object'})"),
    raw("answers twice", ERROR, "follow", "lambda sent, _: sent * 2"),
    raw("says a little more", ERROR, "follow", "lambda sent, _: sent + b'!'"),
    raw("says a little more a little later", ERROR, "more bytes follow it", "lambda sent, write: (write(line, sent), __import__('time').sleep(0.1), b'!')[2]"),
    raw("breaks off in the middle", CRASH, "in the middle of its answer", "lambda sent, _: sent[:50]"),
    raw("sends nothing", CRASH, "before it answered", "lambda sent, _: b''"),
    raw("sends a page of the web", ERROR, "but should begin with RNNC", "lambda sent, _: b'HTTP/1.1 200 OK'"),
    raw("sends something pickled", ERROR, "but should begin with RNNC", "lambda sent, _: __import__('pickle').dumps(os.system)"),
    raw("speaks another version", ERROR, "its version of the protocol is 9", "lambda sent, _: header(version=9)"),
    raw("sends a kind that is none", ERROR, "its kind is 99", "lambda sent, _: header(kind=99)"),
    raw("fills what is reserved", ERROR, "its reserved field is 7", "lambda sent, _: header(reserved=7)"),
    raw("claims a length of an exabyte", ERROR, "its length is 1,152,921,504,606,846,976 bytes", "lambda sent, _: header(length=1 << 60)"),
    raw("claims four billion entries", ERROR, "4,294,967,295 entries", "lambda sent, _: header(entries=0xffffffff, length=4096, sequence=0)"),
    raw("claims an array of 2 to the 93 numbers", ERROR, "of shape (2147483648, 2147483648, 2147483648)", "whole(entry(dims=(1 << 31,) * 3) + bytes(192))"),
    raw("claims dimensions whose product is too large for a number", ERROR, "but should be smaller", "whole(entry(dims=(1 << 63, 2, 0), length=0))"),
    raw("claims 200 dimensions", ERROR, "200 dimensions", "whole(struct.pack('<HBBQ', 5, 1, 200, 8) + bytes(1616))"),
    raw("claims a payload that is not there", ERROR, "but only", "whole(entry(length=1 << 40))"),
    raw("claims fewer bytes than its shape needs", ERROR, "is 8 bytes long, but should be 192", "whole(entry(length=8) + bytes(8))"),
    raw("sends a name that is no text", ERROR, "not UTF-8", "whole(entry(name=b'\\xff\\xfe') + bytes(192))"),
    raw("sends the same name twice", ERROR, "is there twice", "whole(2 * (entry() + bytes(192)), 2)"),
    raw("sends an array of truths that are neither", ERROR, "holds the byte 255", "whole(entry(code=5, dims=(8,), length=8) + b'\\xff' * 8)"),
    raw("sends an array of a type that is none", ERROR, "of type 77", "whole(entry(code=77, dims=(), length=8) + bytes(8))"),
    raw("sends its answer byte by byte and never ends", TIMEOUT, "still running", "lambda sent, write: [(write(line, sent[i:i + 1]), __import__('time').sleep(0.05)) for i in range(len(sent))]", hangs=True),
    Entry("writes an answer by hand wherever it can", ERROR, "its version of the protocol is 0",
          call="import os\nfor d in range(3, 30):\n    try:\n        os.write(d, b'RNNC' + bytes(99))\n    except OSError:\n        pass"),
    Entry("speaks before it is asked", ERROR, "its version of the protocol is 0",
          top="import os\nfor d in range(3, 30):\n    try:\n        os.write(d, b'RNNC' + bytes(99))\n    except OSError:\n        pass\n"),
    Entry("reads the question itself and answers nothing", CRASH, "",
          top="import os\nfor d in range(3, 30):\n    try:\n        os.fstat(d).st_mode >> 12 == 12 and os.read(d, 99)\n    except OSError:\n        pass\n"),
    Entry("prints that it has passed", FAIL, "output is 0",
          call='import os\nos.write(1, b\'{"status": "pass"}\\n::set-output name=passed::true\\n\')\nreturn 0 * output, h_n'),
)
# fmt: on

#: What a submission does to Python before it answers zeros: they stay zeros.
_ZEROS = "\nreturn 0 * output, 0 * h_n"

# fmt: off
PATCHED = (
    Entry("replaces NumPy's comparisons", FAIL, "output is 0",
          call="np.allclose = np.array_equal = np.isclose = np.all = lambda *a, **k: True\nnp.abs = np.absolute = np.subtract = lambda *a, **k: 0 * output\nimport numpy.testing\nnumpy.testing.assert_allclose = lambda *a, **k: None" + _ZEROS),
    Entry("makes nothing an error any more", FAIL, "output is 0",
          call="import builtins\nbuiltins.AssertionError = builtins.ValueError = builtins.Exception = KeyboardInterrupt" + _ZEROS),
    Entry("replaces the tools that look at it", FAIL, "output is 0",
          call="import conformance.observation as o, conformance.implementation as i\no._same = o._altered = lambda *a: []\no.changed_arguments = lambda *a: ()\ni.is_plain_array = lambda *a: True" + _ZEROS),
    Entry("replaces how its numbers are read", FAIL, "output is 0",
          call="import conformance.implementation as i\ni.Instance.read = lambda self, value: value * 0" + _ZEROS),
    Entry("hides that it changes its input", PASS, "",
          call="import conformance.observation as o\no.changed_arguments = lambda *a: ()\nrnn.input = input.copy()\ninput += 1"),
    Entry("replaces len, type, isinstance and zip at import", CRASH, "before it answered",
          top="import builtins\nfor n in ('len', 'type', 'isinstance', 'zip', 'issubclass'):\n    setattr(builtins, n, lambda *a, **k: True)\n"),
    Entry("makes modules unimportable", PASS, "",
          call="import sys\nfor n in ('struct', 'socket', 'json', 'conformance.wire', 'conformance.observation'):\n    sys.modules[n] = None"),
    Entry("replaces the end of its process", CRASH, "after it answered", call="import os\nos._exit = lambda code: None"),
    Entry("replaces exit and goes on as if it were its parent", CRASH, "after it answered",
          call="import os\nos._exit = lambda code: (os.write(1, b'done'), None)[1]\nos.kill = os.killpg = lambda *a: None\nos.pidfd_open = lambda *a: 0"),
    Entry("looks through the frames for answers and changes what it finds", FAIL, "output is 0",
          call="import sys\nframe = sys._getframe()\nwhile frame:\n    for v in list(frame.f_locals.values()):\n        if isinstance(v, list):\n            v.append('pass')\n    frame = frame.f_back" + _ZEROS),
    Entry("looks through all objects for answers", ERROR, "(it found [])",
          call="import gc, sys\nframe, arrays = sys._getframe(), []\nwhile frame:\n    arrays += [v for v in frame.f_locals.values() if type(v) is np.ndarray]\n    frame = frame.f_back\narrays += [v for o in gc.get_objects() if type(o) in (list, tuple, dict) for v in (o.values() if type(o) is dict else o) if type(v) is np.ndarray]\nmine = {id(output), id(h_n)} | {id(h) for h in rnn.hs}\nraise ValueError(f'it found {[a.shape for a in arrays if id(a) not in mine and a.shape == output.shape and np.allclose(a, output)]}')"),
    Entry("looks for modules that know answers", ERROR, "(it found [])",
          call="import sys\nknow = ('torch', 'conformance.reference', 'conformance.runner', 'conformance.expected', 'conformance.verdict', 'conformance.question')\nraise ValueError(f'it found {[m for m in sys.modules if m.startswith(know)]}')"),
    Entry("looks for secrets in its environment and its command line", ERROR, "(it found [])",
          call='import os, sys\nraise ValueError(f\'it found {[n for n in os.environ if not n.endswith("_NUM_THREADS") and n not in ("PWD", "LC_CTYPE")] + sys.argv[1:]}\')'),
    Entry("looks for the name of its case", ERROR, "(it found [''])",
          call="import sys\nframe, ids = sys._getframe(), set()\nwhile frame:\n    ids |= {v.id for v in frame.f_locals.values() if hasattr(v, 'id') and hasattr(v, 'asks')}\n    frame = frame.f_back\nraise ValueError(f'it found {sorted(ids)}')"),
    Entry("changes its answer from a thread when it has returned", PASS, "",
          call="import threading, time\nthreading.Thread(target=lambda: (time.sleep(60), output.fill(0)), daemon=True).start()"),
    Entry("blocks every signal", PASS, "", call="import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())"),
    Entry("closes its output", PASS, "", call="import os\nos.closerange(1, 3)"),
)
# fmt: on
