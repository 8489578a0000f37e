"""What is handed in and is no regular Python file is refused before anything is started: it is not judged."""

import os
import socket
from pathlib import Path

import pytest
from gallery_file import honest
from gallery_judging import opened, verdict
from shut_in import CONFINED, own_name

from conformance.status import Status
from conformance.submission import SubmissionError, SubmissionFile, submitted


def link(path):
    Path(path.parent, "other.py").write_text("x = 1\n")
    path.symlink_to(path.parent / "other.py")


def bind(path):
    before = Path.cwd()
    os.chdir(path.parent)  # a name of at most 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(path.name)
    finally:
        os.chdir(before)


def device(path):
    try:
        os.mknod(path, 0o020666, os.makedev(1, 5))  # /dev/zero
    except PermissionError:
        pytest.skip("only root makes devices")


def sparse(path):
    with path.open("wb") as file:
        file.truncate(1 << 40)


REFUSED = {
    "a link to a file": (link, "is a link"),
    "a link to nothing": (lambda path: path.symlink_to("none"), "is a link"),
    "a link to itself": (lambda path: path.symlink_to(path), "is a link"),
    "a link to the judge's memory": (lambda path: path.symlink_to("/proc/self/mem"), "is a link"),
    "a folder": (Path.mkdir, "is no regular file"),
    "a pipe that nobody writes to": (os.mkfifo, "is no regular file"),
    "a device that never ends": (device, "is no regular file"),
    "a socket": (bind, "cannot be read"),
    "nothing": (lambda path: None, "does not exist"),
    "a byte more than may be": (
        lambda path: path.write_bytes(b"#" * ((256 << 10) + 1)),
        "is larger than 262,144 bytes",
    ),
    "a terabyte of nothing": (sparse, "is larger than 262,144 bytes"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused(what, tmp_path):
    plant, sentence = REFUSED[what]
    path = tmp_path / "student.py"
    plant(path)
    with pytest.raises(SubmissionError, match=sentence), submitted(path):
        pass


@pytest.mark.parametrize("name", ["student.txt", "student.pyc", "student.so", "student"])
def test_it_is_refused_by_its_name(name, tmp_path):
    (tmp_path / name).write_text(honest())
    with pytest.raises(SubmissionError, match="is no Python file"), submitted(tmp_path / name):
        pass


@pytest.mark.parametrize("level", CONFINED, indirect=True, ids=str)
@pytest.mark.parametrize("name", ["-c OWN", "--OWN", "a b\nOWN", "é\u202eOWN", "numpy.OWN", "%s{0}$(id)OWN", "';OWN"])
def test_its_name_is_only_a_name(name, held_at, runner, tmp_path):
    with opened(tmp_path, honest(), held_at, name.replace("OWN", own_name())) as implementation:
        assert verdict(runner, implementation).status is Status.PASS


@pytest.mark.parametrize("level", CONFINED, indirect=True, ids=str)
def test_it_is_read_once(held_at, runner, tmp_path):
    with opened(tmp_path, honest(), held_at) as implementation:
        Path(tmp_path, implementation.file.name).write_text(honest("raise ValueError"))
        assert verdict(runner, implementation).status is Status.PASS
    assert implementation.file == SubmissionFile(
        implementation.file.name, honest().encode(), implementation.file.sha256
    )
