"""The verdict on a submission, as any implementation gets it: the first of a handful of cases that does not pass."""

import contextlib
import dataclasses
import os

from shut_in import running as processes
from shut_in import until, written

from conformance.case import Case
from conformance.confinement.confined import ORDER
from conformance.confinement.held import Held
from conformance.confinement.level import Level
from conformance.confinement.limits import Limits
from conformance.confinement.start import Confinement
from conformance.runner import Subject
from conformance.status import Status
from conformance.submission import Allowance, SubmissionFile
from conformance.submission.submitted import running, surroundings

#: How often every entry is judged, one time after another.
ROUNDS = int(os.environ.get("RNN_CONFORMANCE_GALLERY_ROUNDS", "1"))
#: Short, for those that hang.
SHORT = 1.0
LIMITS = Limits(memory=512 << 20)

#: The input_size of a case in which every submission is honest; those of entries come after it.
HONESTLY = 7

_GRADIENTS = Case(
    id="gallery/gradients", asks="gradients", input_size=1, hidden_size=3, seq_len=4, batch_size=2, h_0="given"
)
_REPEATED = Case(
    id="gallery/repeated", asks="values", input_size=1, hidden_size=2, seq_len=3, batch_size=2, calls="repeated"
)


def cases(size):
    """Values and gradients of one call, and several calls."""
    return [dataclasses.replace(case, input_size=size) for case in (_GRADIENTS, _REPEATED)]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What became of a submission, and the one sentence that says why."""

    status: Status
    why: str


def verdict(runner, implementation, size=HONESTLY):
    """That of the first case that is no pass, or of the last."""
    subject = Subject(implementation)
    connection = runner.connect(subject)
    for case in cases(size):
        record = runner.record(case, subject)
        if record.status is not Status.PASS:
            break
    return Verdict(record.status, record.why if connection.connected else connection.why)


@contextlib.contextmanager
def opened(folder, source, held, name="", **allowed):
    """A source as an implementation in a confinement that was proven to hold; nothing of it may be running afterwards."""
    path = written(folder, source, name)
    with running(SubmissionFile.read(path), "", held, Allowance(limits=LIMITS, **allowed)) as implementation:
        yield implementation
    assert until(lambda: not processes(path.name)), f"a submission left processes behind: {processes(path.name)}"


@contextlib.contextmanager
def without(folder, source, layers, name):
    """A submission under all layers but some; nobody is told that it is judged."""
    kinds = [kind for kind in ORDER if kind not in layers]
    with (
        Confinement.prepare(kinds, LIMITS, surroundings()) as confinement,
        opened(folder, source, Held(Level.C, confinement, ()), name) as implementation,
    ):
        yield implementation
