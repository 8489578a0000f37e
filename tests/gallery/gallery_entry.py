"""One entry of the gallery: what a submission does, and what is to become of it."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.confinement.layer import Layer
from conformance.status import Status

PASS, FAIL, ERROR, UNSUPPORTED = Status.PASS, Status.FAIL, Status.ERROR, Status.UNSUPPORTED
CRASH, TIMEOUT, MEMORY = Status.CRASH, Status.TIMEOUT, Status.MEMORY


@dataclass(frozen=True)
class Entry:
    """A submission that is honest and right but for one thing, and the words that the judge's sentence has to hold.

    That is `call`, the end of its forward, which has rnn, input, h_0, output and h_n at hand; or `backward`, the end
    of its backward, which has rnn and gradients; or `top`, the first lines of its file; or `file`, all of its file.
    What `hangs` is asked with a short limit of time, and what is an `accident` is judged without any layer, too. Where
    it depends on the version of Python how it fails, `status` is None.
    """

    name: str
    status: Status | None
    says: str = ""
    call: str = ""
    backward: str = ""
    top: str = ""
    file: str | bytes | Callable[[str], str] = ""
    hangs: bool = False
    accident: bool = False

    @property
    def alone(self) -> bool:
        """Whether it needs a file of its own: what it does is done when that is read."""
        return bool(self.top or self.file) or self.file == b""


@dataclass(frozen=True)
class Attack:
    """The body of a function that tries something and returns what it reached, as a list of words.

    Confined it reaches nothing. Each of the layers that it is `stopped_by` is enough for that; without these, and
    those `besides` that stop part of it, it `reaches` what it tries: to others than root where it needs `root`, the
    system itself forbids it, and `maybe` its settings do. One that is `killed` for trying is ended by seccomp. Landlock
    stops it since version `abi` of its interface.
    """

    name: str
    code: str
    stopped_by: tuple[type[Layer], ...] = ()
    reaches: str = ""
    besides: tuple[type[Layer], ...] = ()
    killed: bool = False
    root: bool = False
    maybe: bool = False
    abi: int = 1
