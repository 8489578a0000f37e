"""What Python's own fault handler says of a crash: where in somebody's code it was."""

from __future__ import annotations

import re
import sysconfig
from pathlib import Path

_FATAL = b"Fatal Python error: "
_FRAME = re.compile(r'^  File "(.+)", line (\d+) in (.+)$', re.MULTILINE)
#: The folder that holds this package, wherever it was imported from.
HOME = Path(__file__).resolve().parents[2]
#: The code that somebody else wrote: ours, Python's, and what is installed.
_NOT_THEIRS = (HOME / "conformance", *(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")))


def parted(words: bytes) -> tuple[bytes, str]:
    """What a process wrote by itself, and ` in forward at my_rnn.py:12`, or nothing, from the handler's last words."""
    own, _, told = words.partition(_FATAL)
    for file, line, function in _FRAME.findall(told.decode("utf-8", "replace")):
        path = Path(file)
        if not any(path.is_relative_to(folder) for folder in _NOT_THEIRS):
            return own, f" in {function} at {path.name}:{line}"
    return own, ""
