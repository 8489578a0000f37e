"""What lies outside for submissions to reach for: files, listeners and processes of the judge's, and what was done to them."""

import contextlib
import os
import socket
import stat
import sys
import uuid
from pathlib import Path

from conformance.confinement.layer import NotJudgedError, binding

ROOT = Path(__file__).parents[2]
#: Where anybody may write, if nothing forbids it.
OPEN_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/", str(Path.home()), str(ROOT), ".")


class Outside:
    """Places of the judge's, in a folder of its own; nobody else's test knows them."""

    def __init__(self, folder):
        self.token = f"gallery-{uuid.uuid4().hex}"
        self.folder = Path(folder, self.token)
        self.folder.mkdir()
        for name in ("records.jsonl", "spare"):
            Path(self.folder, name).write_text('{"verdict": "none yet"}\n')
        self._stack = contextlib.ExitStack()
        self._listeners = {}
        self._listen("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self._listen("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        # The folder's own path may be too long for the name of a socket.
        self._listen("unix", socket.AF_UNIX, socket.SOCK_STREAM, f"/tmp/{self.token}.socket")
        self._stack.callback(os.unlink, f"/tmp/{self.token}.socket")
        self._listen("abstract", socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.token}")

    def _listen(self, name, family, kind, address):
        listener = self._listeners[name] = self._stack.enter_context(socket.socket(family, kind))
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        listener.setblocking(False)

    def constants(self):
        """What submissions are told of it: confined they may know all of it."""
        return {
            "TOKEN": self.token,
            "FOLDER": str(self.folder),
            "CANARY": str(self.folder / "records.jsonl"),
            "SPARE": str(self.folder / "spare"),
            "JUDGE": os.getpid(),
            "ROOT": str(ROOT),
            "SITE": next(path for path in sys.path if path.endswith("site-packages")),
            "TCP": self._listeners["tcp"].getsockname(),
            "UDP": self._listeners["udp"].getsockname(),
            "UNIX": f"/tmp/{self.token}.socket",
            "ABSTRACT": f"\0{self.token}",
            "OPEN_FOLDERS": OPEN_FOLDERS,
            "NUMBERS": numbers(),
        }

    def picture(self):
        """All that a submission might have changed."""
        paths = [*self.folder.rglob("*"), self.folder]
        paths += [path for folder in OPEN_FOLDERS for path in Path(folder).glob(f"*{self.token}*")]
        return {str(path): _seen(path) for path in paths}

    def heard(self):
        """The listeners that somebody has spoken to."""
        return [name for name, listener in self._listeners.items() if _has_something(listener)]

    def close(self):
        """Close the listeners, and clear away what a positive control has left."""
        self._stack.close()
        for folder in OPEN_FOLDERS:
            for path in Path(folder).glob(f"*{self.token}*"):
                path.unlink()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _seen(path):
    status = path.lstat()
    content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
    return status.st_mode, status.st_uid, status.st_mtime_ns, content


def _has_something(listener):
    try:
        if listener.type == socket.SOCK_DGRAM:
            listener.recv(1)
        else:
            listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def numbers():
    """The system calls of this architecture by name, those that it has."""
    try:
        library = binding("pyseccomp", "this test")
    except NotJudgedError:  # then nothing of this runs
        return {}
    found = {name: library.resolve_syscall(library.Arch.NATIVE, name) for name in _NAMES.split()}
    return {name: number for name, number in found.items() if number >= 0}


_NAMES = """
    clone clone3 tgkill tkill rt_sigqueueinfo pidfd_open prlimit64 memfd_create memfd_secret openat2
    ptrace process_vm_readv process_vm_writev kcmp mount umount2 pivot_root chroot setns bpf perf_event_open
    io_uring_setup keyctl userfaultfd reboot open_by_handle_at name_to_handle_at personality modify_ldt
"""
