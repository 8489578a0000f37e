"""What is the same in every run of the harness and takes longest: made once in a process, and kept for the runs after it."""

import contextlib
import functools
from unittest import mock

from conformance import runner
from conformance.cli import options
from conformance.execution import Named, load_or_broken
from conformance.sweep import suite


@contextlib.contextmanager
def cases_read_once():
    """Within the block each folder of case files is read once, from Python and from the command line."""
    load = functools.cache(suite.load)
    with mock.patch.object(suite, "load", load), mock.patch.object(options, "load", load):
        yield


@contextlib.contextmanager
def torch_asked_once():
    """Within the block torch is asked each case once, as it is by one run of several implementations."""
    ask, expect, answers = functools.cache(runner.ask), runner.expect, {}

    def kept(question, oracle):
        # By identity: `ask` keeps every question, so that none has the place of another.
        if id(question) not in answers:
            answers[id(question)] = expect(question, oracle)
        return answers[id(question)]

    with mock.patch.object(runner, "ask", ask), mock.patch.object(runner, "expect", kept):
        yield


@contextlib.contextmanager
def imported_here():
    """Within the block `run` imports implementations into this process, which has imported torch already."""

    @contextlib.contextmanager
    def loaded(sources, _allowed, *, lenient):
        assert lenient
        yield tuple(Named(source, load_or_broken(source)) for source in sources)

    with mock.patch("conformance.cli.run.loaded", loaded):
        yield
