"""What foreign values and exceptions are, in words, without trusting anything of their own."""

from __future__ import annotations

import traceback
from typing import Any

import numpy as np

MESSAGE_LIMIT = 2000
#: A name may be as long as its author likes.
NAME_LIMIT = 100

#: What the names of modules imported from files begin with.
FILE_MODULE = "rnn_implementation_"


def describe(value: Any) -> str:
    """What a value is, in words, without calling anything of its own."""
    kind = type(value)
    if value is None:
        return "None"
    if kind is np.ndarray:
        return f"a numpy.ndarray of dtype {value.dtype}"
    if kind in (list, tuple, dict):
        return f"a {kind.__name__} of {len(value)}"
    module = str(getattr(kind, "__module__", ""))
    # The name under which a file was imported says nothing to its author.
    own = module in ("builtins", "") or module.startswith(FILE_MODULE)
    return f"a {type_name_of(kind)}" if own else f"a {module}.{type_name_of(kind)}"


def type_name(value: Any) -> str:
    """The name of a value's type, asked of `type` itself."""
    return type_name_of(type(value))


def type_name_of(kind: type) -> str:
    """The name of a type, whatever its metaclass says, cut."""
    name = str(type.__dict__["__name__"].__get__(kind))
    return name if len(name) <= NAME_LIMIT else f"{name[:NAME_LIMIT]}..."


def message_of(error: BaseException) -> str:
    """An exception's text, cut, or a remark on why it cannot be had."""
    try:
        if type(error) is SyntaxError and error.text:
            return f"{error.msg}: {error.text.strip()}"[:MESSAGE_LIMIT]
        # str() lets a kind of text through that answers for itself.
        return str.__getitem__(str(error), slice(MESSAGE_LIMIT))
    except BaseException:  # noqa: BLE001 -- its own __str__ raised
        return "(its message cannot be read: its __str__ raises)"


def where_of(error: BaseException) -> str:
    """The innermost place outside the harness and its libraries, as file:line."""
    if type(error) is SyntaxError and type(error.filename) is str:
        return f"{_base_name(error.filename)}:{error.lineno}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        name = frame.filename.replace("\\", "/")
        if not name.startswith("<") and "site-packages" not in name and not name.startswith(_OWN):
            return f"{_base_name(name)}:{frame.lineno}"
    return ""


#: This package's own folder: a place in it is of no use to the author of an implementation.
_OWN = __file__.replace("\\", "/").rpartition("/")[0] + "/"


def _base_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
