"""The filter of system calls, read as the kernel reads it, for two architectures; this needs no machine of theirs."""

import struct

import pytest
from shut_in import needs

from conformance.confinement import seccomp, system_calls
from conformance.confinement.layer import NotJudgedError, binding
from conformance.confinement.level import Level

ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
CLONE_OF_A_THREAD = 0x003D0F00  # as the GNU C library calls it
SIGCHLD = 17


@pytest.fixture(scope="module")
def library():
    try:
        return binding("pyseccomp", "this test")
    except NotJudgedError as error:
        needs(Level.B)
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=["X86_64", "AARCH64"])
def ask(request, library):
    """What the filter answers a call by its name and arguments."""
    architecture = getattr(library.Arch, request.param)
    program = seccomp.exported(seccomp.built(library, architecture if request.param != "X86_64" else None))
    if library.resolve_syscall(library.Arch.NATIVE, "ptrace") != library.resolve_syscall(library.Arch.X86_64, "ptrace"):
        program = seccomp.exported(seccomp.built(library, architecture))

    def answer(name, *arguments, architecture=architecture):
        number = library.resolve_syscall(getattr(library.Arch, request.param), name)
        return None if number < 0 else evaluated(program, number, architecture, arguments)

    return answer


def evaluated(program, number, architecture, arguments):
    """Classic BPF over a struct seccomp_data: linux/bpf_common.h, linux/seccomp.h."""
    data = struct.pack("<iIQ6Q", number, architecture, 0, *[*arguments, 0, 0, 0, 0, 0, 0][:6])
    code = [struct.unpack_from("<HBBI", program, at) for at in range(0, len(program), 8)]
    accumulator = at = 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, value)
            case 0x05:
                at += value
            case 0x15:
                at += if_true if accumulator == value else if_false
            case 0x25:
                at += if_true if accumulator > value else if_false
            case 0x35:
                at += if_true if accumulator >= value else if_false
            case 0x45:
                at += if_true if accumulator & value else if_false
            case 0x54:
                accumulator &= value
            case 0x06:
                return value
            case _:
                raise AssertionError(f"an instruction that this reader does not know: {operation:#x}")


@pytest.mark.parametrize("name", system_calls.ALLOWED.split())
def test_allowed(ask, name):
    assert ask(name) in (ALLOW, None)


@pytest.mark.parametrize("name", system_calls.REFUSED.split())
def test_refused(ask, name):
    assert ask(name) in (EPERM, None)


@pytest.mark.parametrize("name", system_calls.KILLED.split())
def test_killed(ask, name):
    assert ask(name) in (KILL, None)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (("clone", CLONE_OF_A_THREAD), ALLOW),
        (("clone", SIGCHLD), EPERM),
        (("clone", CLONE_OF_A_THREAD | 0x40000000), ENOSYS),
        (("clone", CLONE_OF_A_THREAD | 0x10000000), ENOSYS),
        (("clone3", 0), ENOSYS),
        (("openat", 0, 0, 0x80000), ALLOW),  # O_RDONLY | O_CLOEXEC
        (("openat", 0, 0, 0x241), ALLOW),  # O_WRONLY | O_CREAT | O_TRUNC, as Python's "w": Landlock decides
        (("openat", 0, 0, 0x242), ALLOW),  # O_RDWR
        (("openat", 0, 0, 0x200), EPERM),  # O_RDONLY | O_TRUNC
        (("openat", 0, 0, 0x80240), EPERM),
        (("openat", 0, 0, 0x203), ENOSYS),
        (("open", 0, 0x80000), ALLOW),
        (("open", 0, 0x200), EPERM),
        (("socket", 1), EPERM),
        (("socket", 2), EPERM),
        (("socket", 40), KILL),
        (("socket", 40 | 1 << 32), EPERM),
        (("kill", seccomp._SELF), ALLOW),
        (("kill", 1), EPERM),
        (("kill", 0xFFFFFFFF), EPERM),
        (("tgkill", seccomp._SELF, 7), ALLOW),
        (("tgkill", 1, 1), EPERM),
        (("prctl", 15), ALLOW),
        (("prctl", 1), EPERM),
        (("prctl", 4, 1), EPERM),
        (("prctl", 22), ENOSYS),
        (("fcntl", 0, 3), ALLOW),
        (("fcntl", 0, 8), ENOSYS),
        (("fcntl", 0, 6), ENOSYS),
        (("ioctl", 0, 0x5401), ALLOW),
        (("ioctl", 0, 0x5412), ENOSYS),
        (("prlimit64", 0, 7, 0, 1), ALLOW),
        (("prlimit64", 0, 7, 1, 0), EPERM),
        (("prlimit64", 1, 7, 0, 1), ENOSYS),
        (("landlock_add_rule", 3), ENOSYS),
        (("landlock_restrict_self", 3), ENOSYS),
        (("seccomp", 1), ENOSYS),
    ],
    ids=str,
)
def test_by_argument(ask, call, answer):
    assert ask(*call) in (answer, None)


def test_calls_of_another_architecture_kill(ask):
    assert ask("getpid", architecture=0x40000003) == KILL  # 32-bit x86, as int 0x80 would make them


def test_most_names_are_known(ask):
    names = f"{system_calls.ALLOWED} {system_calls.REFUSED} {system_calls.KILLED}".split()
    known = [name for name in names if ask(name) is not None]
    assert len(known) > 0.75 * len(names)
    assert len(names) == len(set(names)), "a name is in two lists"
