"""A program of its own under the layers: what it needs to be seen, how it may begin, and what its filter allows."""

import os
import shutil
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from shut_in import needs
from test_confinement_filter import ALLOW, CLONE_OF_A_THREAD, ENOSYS, EPERM, KILL, SIGCHLD, evaluated

from conformance.confinement import elf, executable, seccomp, system_calls
from conformance.confinement.executable import Executable, NoExecutableError
from conformance.confinement.layer import NotJudgedError, binding
from conformance.confinement.level import Level
from conformance.confinement.limits import Limits
from conformance.confinement.proof import must_refuse, prove
from conformance.confinement.start import Confinement
from conformance.confinement.visible import Visible

PRETENDED = 0x00050000

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux shuts a program in")


# ---- what a program needs


def test_a_program_asks_for_what_its_process_holds(monkeypatch):
    """As the loader itself would say."""
    python = Path(os.path.realpath(sys.executable))
    monkeypatch.setenv("PATH", str(python.parent))
    found = Executable.found([python.name], Path("/"))
    lines = subprocess.run(
        [sys.executable, "-S", "-c", "print(open('/proc/self/maps').read())"], capture_output=True, text=True
    )
    held = {line.split()[-1] for line in lines.stdout.splitlines() if "/lib" in line and ".so" in line}
    named = {os.path.realpath(path) for path in (*found.libraries, found.loader)}
    modules = {path for path in held if "lib-dynload" in path or "gconv" in path}
    assert held - modules <= named, f"{held - named} would be missing"


def _of(path, own=(), folder=Path("/")):
    return Executable.found([str(path)], folder, own or [path.parent])


@pytest.fixture
def program(tmp_path):
    """A copy of some small program in a folder of its own."""
    return Path(shutil.copy(os.path.realpath(shutil.which("true")), tmp_path / "program"))


def test_words_lead_to_a_program(program, tmp_path):
    found = Executable.found(["./program", "one"], tmp_path, [tmp_path])
    assert (found.words, found.file) == ((str(program), "one"), program)
    assert found.loader in found.files
    assert program in found.executed
    assert all(path.is_absolute() for path in found.files)


def test_a_script_leads_to_its_interpreter(program, tmp_path):
    script = tmp_path / "script"
    script.write_text("#!/usr/bin/env sh -e\ntrue\n")
    script.chmod(0o755)
    found = Executable.found(["./script", "x"], tmp_path, [tmp_path])
    assert found.words == (shutil.which("sh"), "-e", str(script), "x")
    assert found.file == Path(os.path.realpath(shutil.which("sh")))
    script.write_text("#!./program a b\n")
    assert Executable.found(["./script"], tmp_path, [tmp_path]).words == (str(program), "a b", str(script))


def broken(folder, kind):
    path = folder / "it"
    if kind == "absent":
        return path
    if kind == "folder":
        path.mkdir()
    elif kind == "link elsewhere":
        path.symlink_to(os.path.realpath(sys.executable))
    elif kind == "pipe":
        os.mkfifo(path, 0o755)
    else:
        path.write_bytes(
            {
                "text": b"hello", "empty": b"", "script of nothing": b"#!\n", "script of a script": b"#!./it\n",
                "half": b"\x7fELF\x02\x01" + b"\xff" * 58, "32 bits": b"\x7fELF\x01\x01" + bytes(60), "not to run": b"#!/bin/sh",
                "absent interpreter": b"#!/no/such/program\n",
            }[kind]
        )  # fmt: skip
        path.chmod(0o644 if kind == "not to run" else 0o755)
    return path


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("absent", "./it cannot be run: No such file or directory"),
        ("folder", "./it cannot be run: Permission denied"),
        ("pipe", "./it cannot be run: Permission denied"),
        ("not to run", "./it cannot be run: Permission denied"),
        ("text", "./it is no program, but should be an ELF file"),
        ("empty", "./it is no program"),
        ("half", "./it is no program"),
        ("32 bits", "./it is no program"),
        ("script of nothing", "its first line names no program"),
        ("script of a script", "./it is itself a script"),
        ("absent interpreter", "/no/such/program cannot be run: No such file"),
        ("link elsewhere", "./it lies elsewhere"),
    ],
)
def test_what_is_no_program_is_told(tmp_path, kind, sentence):
    broken(tmp_path, kind)
    with pytest.raises(NoExecutableError, match=sentence):
        Executable.found(["./it"], tmp_path, [tmp_path])


def test_a_program_elsewhere_is_not_made_visible(program, tmp_path):
    """It may be the solution that others are judged by."""
    (tmp_path / "own").mkdir()
    for word in (str(program), "../program"):
        with pytest.raises(NoExecutableError, match="lies elsewhere"):
            Executable.found([word], tmp_path / "own", [tmp_path / "own"])


def test_a_library_elsewhere_is_not_made_visible(program, tmp_path, monkeypatch):
    asks = elf.read(program)
    monkeypatch.setattr(
        executable.elf, "read", lambda path: replace(asks, needed=("secret",), folders=(str(tmp_path),))
    )
    (tmp_path / "secret").write_text("answers")
    (tmp_path / "own").mkdir()
    own = Path(shutil.copy(program, tmp_path / "own" / "program"))
    assert tmp_path / "secret" not in _of(own).libraries, "the answers would be readable"
    assert tmp_path / "secret" in _of(program).libraries, "in its own folder it is its own"


def test_a_loader_of_its_own_making_is_refused(program, tmp_path):
    loader = elf.read(program).loader.encode()
    data = program.read_bytes()
    assert loader in data
    program.write_bytes(data.replace(loader, b"/etc/passwd".ljust(len(loader), b"\0")))
    with pytest.raises(NoExecutableError, match=r"its loader is '/etc/passwd', but should be one of this system"):
        _of(program)


def test_no_damage_to_a_program_is_more_than_no_program(program):
    """Whoever wrote it wrote its every byte."""
    data = program.read_bytes()
    for at in range(0, 2000, 7):
        program.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        elf.read(program)
    for length in range(0, len(data), 997):
        program.write_bytes(data[:length])
        elf.read(program)
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01", 2, 62, 1, 0, 1 << 62, 0, 0, 64, 56, 100, 0, 0, 0)
    program.write_bytes(header)
    assert elf.read(program) is None


# ---- the filter


@pytest.fixture(scope="module")
def ask():
    """What the filter of a purpose answers a call by its name and arguments."""
    try:
        library = binding("pyseccomp", "this test")
    except NotJudgedError as error:
        needs(Level.B)
        pytest.skip(str(error))
    native = {"x86_64": "X86_64", "aarch64": "AARCH64"}.get(os.uname().machine)
    if native is None:
        pytest.skip("this reader knows two architectures")

    def answer(purpose, name, *arguments):
        number = library.resolve_syscall(library.Arch.NATIVE, name)
        program = seccomp.exported(seccomp.built(library, purpose=purpose))
        return None if number < 0 else evaluated(program, number, getattr(library.Arch, native), arguments)

    return answer


OTHERS_DESCRIPTOR = (3, 999, 1001, 0xFFFFFFFF, system_calls.DESCRIPTOR | 1 << 32)


@pytest.mark.parametrize(
    ("call", "becoming", "building"),
    [
        (("execveat", system_calls.DESCRIPTOR, 0, 0, 0, system_calls.EMPTY_PATH), ALLOW, ALLOW),
        (("execveat", system_calls.DESCRIPTOR, 0, 0, 0, 0), ENOSYS, ALLOW),
        *((("execveat", number, 0, 0, 0, system_calls.EMPTY_PATH), EPERM, ALLOW) for number in OTHERS_DESCRIPTOR),
        (("execve", 0), EPERM, ALLOW),
        (("clone", CLONE_OF_A_THREAD), ALLOW, ALLOW),
        (("clone", SIGCHLD), EPERM, ALLOW),
        (("clone", SIGCHLD | 0x10000000), EPERM, ENOSYS),
        (("clone", SIGCHLD | 0x40000000), EPERM, ENOSYS),
        (("clone3", 0), ENOSYS, ENOSYS),
        (("vfork",), EPERM, ALLOW),
        (("setsid",), EPERM, EPERM),
        (("setpgid", 0, 0), EPERM, EPERM),
        (("prctl", 1), EPERM, EPERM),
        (("kill", 1), EPERM, EPERM),
        (("socket", 1), EPERM, EPERM),
        (("unlinkat", 0), EPERM, ALLOW),
        (("fchmodat", 0), EPERM, PRETENDED),
        (("fchownat", 0), EPERM, PRETENDED),
        (("utimensat", 0), EPERM, PRETENDED),
        (("mknodat", 0), EPERM, EPERM),
        (("setxattr", 0), EPERM, EPERM),
        (("unshare", 0), EPERM, EPERM),
        (("memfd_create", 0), EPERM, EPERM),
        (("ptrace", 0), KILL, KILL),
        (("mount", 0), KILL, KILL),
    ],
    ids=str,
)
def test_what_a_filter_allows(ask, call, becoming, building):
    assert ask("become a program", *call) in (becoming, None)
    assert ask("build", *call) in (building, None)


def test_one_who_calculates_may_still_begin_nothing(ask):
    assert ask("calculate", "execveat", system_calls.DESCRIPTOR, 0, 0, 0, system_calls.EMPTY_PATH) == EPERM


# ---- the proof


def confinement(level, purpose, folder, **limits):
    seen = Visible.here("child", packages=())
    if purpose == "build":
        seen = replace(seen, executable=(Path("/usr"),), writable=folder)
    else:
        program = Executable.found(["sh"], folder)
        seen = replace(seen, executable=program.executed, programs=program.files)
    return Confinement.prepare(level.layers, Limits(**limits), seen)


@pytest.mark.parametrize("level", [Level.A, Level.B])
def test_what_a_program_runs_in_is_proven(level, tmp_path):
    needs(level)
    with confinement(level, "become a program", tmp_path) as own:
        made = {each.name: each.reached for each in prove(own)}
    assert {name for name, reached in made.items() if reached} == {"start a thread"}
    wanted = {"become a program", "begin as a program again", "start a program", "fork", "write anywhere"}
    assert wanted | {"read a file of the judge's", "connect to the judge", "signal the judge"} <= set(made)


@pytest.mark.parametrize("level", [Level.A, Level.B])
def test_what_a_build_runs_in_is_proven(level, tmp_path):
    needs(level)
    with confinement(level, "build", tmp_path, file_size=1 << 20) as own:
        made = {each.name: each.reached for each in prove(own)}
    assert {name for name, reached in made.items() if reached} == {"start a thread"}
    assert not {"fork", "start a program", "become a program"} & set(made)
    wanted = {"read a file of the judge's", "write anywhere", "connect to the judge", "change a file's mode"}
    assert wanted <= set(made)


def test_with_more_files_than_its_number_it_could_begin_again(tmp_path):
    needs(Level.B)
    with confinement(Level.B, "become a program", tmp_path, files=2000) as own:
        assert "begin as a program again" not in must_refuse(own)
