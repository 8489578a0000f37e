"""A command in plain Python that tries one thing after another when it is asked, and declines with what it reached.

Arguments: a file with a line for each of canary, port and process id of the judge, a folder to write into; then modes.
"""

import contextlib
import ctypes
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

HEADER = struct.Struct("<4sHHQIIQ")
CANARY, PORT, JUDGE, FOLDER = Path(sys.argv[1]).read_text().split("\n")[:4]
MODES = sys.argv[2:]
WELCOME, DECLINED = 2, 5
EXECVEAT, PTRACE, PRCTL, EMPTY_PATH, DESCRIPTOR = 322, 101, 157, 0x1000, 1000
LIBC = ctypes.CDLL(None, use_errno=True)


def called(number, *arguments):
    ctypes.set_errno(0)
    result = LIBC.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def read_a_file():
    return Path(CANARY).read_text()


def write_a_file():
    written = []
    for folder in (FOLDER, "/tmp", "/dev/shm", "/var/tmp", ".", str(Path(__file__).parent)):
        try:
            path = Path(folder, f"hostile-{os.getpid()}")
            path.write_text(".")
            path.unlink()
            written.append(folder)
        except OSError:
            pass
    if not written:
        raise OSError("nowhere")


def change_a_mode():
    before = Path(CANARY).stat().st_mode
    Path(CANARY).chmod(0o777)
    if Path(CANARY).stat().st_mode == before:
        raise OSError("as it was")
    Path(CANARY).chmod(before)


def connect():
    socket.create_connection(("127.0.0.1", int(PORT)), 1).close()


def fork():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def run_a_shell():
    subprocess.run(["/bin/sh", "-c", "true"], check=True)


def become_a_shell():
    """Where it is allowed a file that is none is found not to be there."""
    try:
        os.execv("/proc/none", ["none"])
    except FileNotFoundError:
        return


def begin_again():
    """By the one descriptor for which the filter allows it, or by another."""
    for number in (DESCRIPTOR, 30):
        own = os.open(sys.executable, os.O_RDONLY)
        try:
            os.dup2(own, number)
            called(EXECVEAT, number, 0, 0, 0, EMPTY_PATH)  # no path: EFAULT where it is allowed
        except OSError as error:
            if error.strerror == "Bad address":
                return
        finally:
            os.close(own)
            with contextlib.suppress(OSError):
                os.close(number)
    raise OSError("neither")


def daemonise():
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1)
        os._exit(0)
    os.waitpid(child, 0)


def leave_the_group():
    os.setpgid(0, 0)


def signal_the_judge():
    os.kill(int(JUDGE), 0)


def signal_the_parent():
    os.kill(os.getppid(), 0)


def outlive_the_judge():
    called(PRCTL, 1, 0, 0, 0, 0)


def raise_a_limit():
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))


def take_memory():
    LIBC.malloc.restype, LIBC.malloc.argtypes, LIBC.free.argtypes = (
        ctypes.c_void_p,
        [ctypes.c_size_t],
        [ctypes.c_void_p],
    )
    if not (taken := LIBC.malloc(3 << 30)):
        raise MemoryError
    LIBC.free(taken)


def make_a_file_in_memory():
    os.close(os.memfd_create("x"))


def look_at_the_judge():
    Path(f"/proc/{JUDGE}/environ").read_bytes()


def see_the_environment():
    if not {"PATH", "HOME", "USER"} & set(os.environ):
        raise OSError("nothing of the judge's")


def find_descriptors():
    found = []
    for number in range(3, 2000):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    if not found:
        raise OSError("none")


ATTACKS = [
    read_a_file, write_a_file, change_a_mode, connect, fork, run_a_shell, become_a_shell, begin_again, daemonise,
    signal_the_judge, signal_the_parent, outlive_the_judge, raise_a_limit, take_memory, make_a_file_in_memory,
    look_at_the_judge, see_the_environment, find_descriptors, leave_the_group,
]  # fmt: skip


def spin():
    for _ in range(3):
        threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()
    while True:
        pass


def reached():
    found = []
    for attack in ATTACKS:
        try:
            attack()
        except (OSError, MemoryError, ValueError, subprocess.SubprocessError):
            continue
        found.append(attack.__name__)
    return ", ".join(found) or "nothing"


def frame(kind, sequence, reason="", length=None):
    body = struct.pack("<HBBQ", 6, 16, 0, len(reason)) + b"reason" + reason.encode() if reason else b""
    length = len(body) if length is None else length
    return HEADER.pack(b"RNNC", 1, kind, sequence, bool(reason), 0, length) + body


def say(data):
    while data:
        data = data[os.write(1, data) :]


def read():
    header = sys.stdin.buffer.read(HEADER.size)
    if not header:
        sys.exit(0)
    *_, sequence, _, _, length = HEADER.unpack(header)
    sys.stdin.buffer.read(length)
    return sequence


def hang(_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def flood(_):
    while True:
        os.write(2, b"x" * 65536)


def endless(sequence):
    say(frame(DECLINED, sequence, length=1 << 50))
    while True:
        say(b"x" * 65536)


def close(_):
    os.close(1)
    os.close(2)
    time.sleep(600)


def trickle(sequence):
    """A byte now and then."""
    for byte in frame(DECLINED, sequence, "slow"):
        say(bytes([byte]))
        time.sleep(0.1)


ANSWERS = {
    "all": lambda sequence: say(frame(DECLINED, sequence, reached())),
    "trace": lambda _: called(PTRACE, 0, 0, 0, 0),
    "spin": lambda _: spin(),
    "hang": hang,
    "flood": flood,
    "endless": endless,
    "segv": lambda _: ctypes.string_at(0),
    "exit": lambda _: os._exit(0),
    "stop": lambda _: os.kill(os.getpid(), signal.SIGSTOP),
    "close": close,
    "trickle": trickle,
}


def honest(sequence):
    say(frame(DECLINED, sequence, f"case {sequence} in process {os.getpid()}"))


if __name__ == "__main__":
    if "late" in MODES:
        time.sleep(600)
    say(frame(WELCOME, read()))
    while True:
        ANSWERS.get(MODES[0] if MODES else "", honest)(read())
