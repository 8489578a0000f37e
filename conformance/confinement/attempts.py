"""Every attempt by the sentence that names it: how each layer is proven, by its effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from conformance.confinement import reaching_further, reaching_out, reaching_processes
from conformance.confinement.attempt import Attempt, Targets

#: What must stay possible.
ABLE = ("start a thread", "multiply matrices")

#: Every attempt by the sentence that names it.
ATTEMPTS: Mapping[str, Callable[[Targets], str]] = MappingProxyType(
    {
        "read a file of the judge's": reaching_out.read_file,
        "write anywhere": reaching_out.write_file,
        "connect to the judge": reaching_out.connect,
        "make a socket": reaching_out.open_socket,
        "signal the judge": reaching_processes.signal_judge,
        "signal the parent": reaching_processes.signal_parent,
        "open the judge's memory": reaching_processes.judge_memory,
        "open the parent's memory": reaching_processes.parent_memory,
        "trace the judge": reaching_processes.trace,
        "fork": reaching_processes.fork,
        "start a program": reaching_processes.start_program,
        "become a program": reaching_processes.become_program,
        "make a file in memory": reaching_out.anonymous_file,
        "outlive the parent": reaching_further.outlive_parent,
        "become dumpable": reaching_further.become_dumpable,
        "change a file's mode": reaching_out.change_mode,
        "allocate over the cap": reaching_further.allocate,
        "open files over the cap": reaching_further.open_many,
        "begin as a program again": reaching_further.take_number,
        "change a limit": reaching_further.change_limit,
        "use a capability": reaching_further.change_root,
        "gain privileges": reaching_further.keep_privileges,
        "start a thread": reaching_further.start_thread,
        "multiply matrices": reaching_further.multiply,
        "make a user namespace": reaching_further.become_root,  # the last: who could is another user from then on
    }
)


def attempt(name: str, targets: Targets) -> Attempt:
    """Try one thing; whatever it raises is its being refused."""
    try:
        return Attempt(name, reached=True, happened=ATTEMPTS[name](targets))
    except MemoryError:
        return Attempt(name, reached=False, happened="MemoryError")
    except (OSError, ValueError) as error:
        text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Attempt(name, reached=False, happened=text)
