"""GitHub annotations: workflow commands, one a line, for the log of a job that GitHub runs.

Escaping: actions/toolkit, packages/core/src/command.ts; how the runner reads them: actions/runner,
src/Runner.Common/ActionCommand.cs. A step shows ten annotations of a kind, and a step that fails adds one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.feedback.author import AuthorView, for_author
from conformance.feedback.points import failing, shares
from conformance.feedback.words import title
from conformance.plain_text import clean, one_line
from conformance.record import Run
from conformance.report.explanation import explanation

MOST = 9
_LONGEST = 1000


def render(run: Run, *, strict: bool = False, path: str = "") -> str:
    """At most nine errors, the most telling first, and one line that sums up; each ends with a line break.

    `path` is the submission's, from the root of its repository: what is wrong is shown there, at the line that raised
    where one did. Raises NotJudgedError where nothing was decided; see `not_judged`.
    """
    view = for_author(run, strict=strict)
    errors = list(_errors(view, path))
    lines = errors[:MOST]
    left = len(errors) - len(lines)
    more = f" {left:,} more kinds of failures are not shown here." if left else ""
    summed = f"{title(view)}. {view.verdict}{more}"
    return "".join(f"{line}\n" for line in (*lines, _command("notice", summed, title="RNN conformance")))


def not_judged(why: str) -> str:
    """One error, which says whose matter it is."""
    return _command("error", why, title="Not judged") + "\n"


def _errors(view: AuthorView, path: str) -> Iterator[str]:
    """What is wrong, then the simplest failure of each case file, then the hidden cases."""
    if view.passed:
        return
    if not view.summary.connected:
        yield _command("error", view.verdict, title="Not connected", file=path)
        return
    told = explanation(view.summary)
    for mistake in told.mistakes if told is not None else ():
        message = f"{mistake.what}\nWhere to look: {mistake.hint}"
        yield _command("error", message, title=f"What is wrong: {mistake.name}", file=path)
    entries = shares(view, 1, {})
    for entry in (*failing(entries), *(e for e in entries if not e.visible and not e.passed)):
        name = f"{entry.name}: {entry.of - entry.right:,} of {entry.of:,} cases are not right"
        if entry.simplest is None:
            yield _command("error", "Of hidden cases only counts are told.", title=name, file=path)
        else:
            why = f"{one_line(entry.simplest.case)}\n{entry.simplest.why}"
            yield _command("error", why, title=name, file=path, line=_line(entry.simplest.why, path))


def _line(why: str, path: str) -> str:
    """The line of the submission where it raised, if the sentence names one."""
    name = path.replace("\\", "/").rpartition("/")[2]
    found = re.search(rf" at {re.escape(name)}:([1-9][0-9]{{0,5}})\b", why) if name else None
    return found[1] if found else ""


def _command(name: str, message: str, **properties: str) -> str:
    """`::name key=value,...::message`, in which nothing of the texts is anything but text."""
    pairs = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name} {pairs}::{_data(clean(message, _LONGEST))}"


def _data(text: str) -> str:
    """Escaped as what follows the second pair of colons."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escaped as a property; on one line."""
    return _data(one_line(text, 300)).replace(":", "%3A").replace(",", "%2C")
