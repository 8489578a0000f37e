"""Attempts to reach what lies outside a process: files and the network."""

from __future__ import annotations

import os
import socket

from conformance.confinement.attempt import Targets


def read_file(targets: Targets) -> str:
    """Read a file of the judge's."""
    with open(targets.canary, encoding="utf-8") as stream:  # noqa: PTH123 -- nothing to import inside
        return f"read {stream.read(20)!r}"


def write_file(targets: Targets) -> str:
    """Write a byte into a new file, in every place that might allow it."""
    refused: dict[str, None] = {}
    for folder in (os.path.dirname(targets.canary), "/tmp", "/dev/shm", "/var/tmp", "/", "."):  # noqa: PTH120, S108
        path = os.path.join(folder, f"rnn-conformance-{os.getpid()}")  # noqa: PTH118
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            refused[str(error.strerror)] = None
            continue
        try:
            os.write(descriptor, b".")
        except OSError as error:
            refused[str(error.strerror)] = None
        else:
            return f"wrote into {folder}"
        finally:
            os.close(descriptor)
            os.unlink(path)  # noqa: PTH108
    raise OSError(" / ".join(refused))


def change_mode(targets: Targets) -> str:
    """Change the mode of a file of the judge's, which Landlock does not cover."""
    before = os.stat(targets.canary).st_mode & 0o777  # noqa: PTH116
    os.chmod(targets.canary, before ^ 0o100)  # noqa: PTH101
    after = os.stat(targets.canary).st_mode & 0o777  # noqa: PTH116
    os.chmod(targets.canary, before)  # noqa: PTH101
    if after == before:
        raise PermissionError("it stays as it was")
    return "set the mode of a file"


def connect(targets: Targets) -> str:
    """Connect to the judge's port on the loopback interface."""
    with socket.socket() as line:
        line.settimeout(1.0)
        line.connect(("127.0.0.1", targets.port))
    return "connected"


def open_socket(_targets: Targets) -> str:
    """Make a socket, of any kind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM):
        return "made a socket"


def anonymous_file(_targets: Targets) -> str:
    """Make a file in memory, which no cap on memory counts."""
    os.close(os.memfd_create("none"))
    return "made a file in memory"
