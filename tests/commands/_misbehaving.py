"""A command in plain Python that declines every case, but for one thing that it does wrong: the first argument says which.

The second argument is a file into which it writes its process id, and those of what it starts.
"""

import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

HEADER = struct.Struct("<4sHHQIIQ")
MODE, PIDS = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else os.devnull
WELCOME, DECLINED = 2, 5
LONG = 600


def note(pid):
    with Path(PIDS).open("a") as file:
        file.write(f"{pid}\n")


def say(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def frame(kind, sequence, body=b"", entries=0, version=1, magic=b"RNNC", reserved=0, length=None):
    return (
        HEADER.pack(magic, version, kind, sequence, entries, reserved, len(body) if length is None else length) + body
    )


def read():
    header = sys.stdin.buffer.read(HEADER.size)
    if not header:
        if MODE == "ignores the end":
            time.sleep(LONG)
        sys.exit(0)
    _, _, kind, sequence, _, _, length = HEADER.unpack(header)
    if MODE == "answers early" and kind != 1:
        say(frame(DECLINED, sequence))
    sys.stdin.buffer.read(length)
    return kind, sequence


def hello():
    if MODE == "exits at once":
        print("\x1b[31mcannot find\u202e my weights\x1b[0m", file=sys.stderr)
        sys.exit(3)
    if MODE == "never greets":
        time.sleep(LONG)
    if MODE == "prints first":
        print("Loading...", flush=True)
    _, sequence = read()
    if MODE == "refuses":
        body = struct.pack("<HBBQ", 6, 16, 0, 12) + b"reason" + b"not on monda"
        return say(frame(7, sequence, body, 1))
    return say(frame(WELCOME, sequence, version=2 if MODE == "another version" else 1))


def answer(number, sequence):
    if MODE == "dies in the third" and number == 3:
        print("about to fail", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    if MODE == "exits in the second" and number == 2:
        os._exit(0)
    if MODE == "hangs in the second" and number == 2:
        time.sleep(LONG)
    if MODE == "hangs":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(LONG)
    if MODE == "closes its output":
        os.close(1)
        time.sleep(LONG)
    if MODE == "writes errors":
        while True:
            os.write(2, b"x" * 65536)
    if MODE == "half an answer":
        say(frame(DECLINED, sequence, length=100) + b"12345")
        os._exit(1)
    say(
        {
            "garbage": b"output: [[0.1]]\n",
            "too long": frame(DECLINED, sequence, length=2**40),
            "another sequence": frame(DECLINED, sequence + 7),
            "another kind": frame(WELCOME, sequence),
            "an unknown kind": frame(99, sequence),
            "more than one": frame(DECLINED, sequence) * 2,
            "an unknown entry": frame(DECLINED, sequence, struct.pack("<HBBQ", 5, 20, 0, 0) + b"extra", 1),
            "no outputs": frame(4, sequence),
        }.get(MODE, frame(DECLINED, sequence))
    )


note(os.getpid())
if MODE == "starts another":
    note(subprocess.Popen(["sleep", str(LONG)]).pid)
hello()
cases = 0
while True:
    _, sequence = read()
    cases += 1
    answer(cases, sequence)
