"""Somebody's Python as an implementation, in this process."""

from __future__ import annotations

from conformance.adapters import adapt
from conformance.implementation import BrokenImplementation, Implementation, NoImplementationError
from conformance.loading.code import Code
from conformance.loading.module import imported
from conformance.loading.subject import subject
from conformance.quiet import quiet


def load(code: Code, name: str, description: str = "") -> Implementation:
    """Import an implementation.

    One that cannot be imported is a BrokenImplementation: what it raised is judged; only Ctrl-C gets out. Raises
    NoImplementationError where there is no such module, no RNN in it, or several things that could be it.
    """
    about = {"description": description, "origin": code.origin}
    try:
        with quiet():
            module = imported(code)
    except KeyboardInterrupt:
        raise
    except ModuleNotFoundError as error:
        if code.module and error.name and code.module.startswith(error.name):
            raise NoImplementationError(f"{code.origin}: there is no module {error.name} to import") from None
        return BrokenImplementation(name, error, **about)
    except BaseException as error:  # noqa: BLE001 -- SystemExit too: its import is its own affair
        return BrokenImplementation(name, error, **about)
    return adapt(subject(module, code), name, **about)
