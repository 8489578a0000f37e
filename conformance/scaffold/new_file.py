"""Writing a new file: the skeleton, or an adapter."""

from __future__ import annotations

from pathlib import Path

from conformance.scaffold import account as accounts
from conformance.scaffold import adapter as adapters
from conformance.scaffold import backward_search
from conformance.scaffold.construction import holds_recurrent_weights
from conformance.scaffold.investigation import Insight, investigate
from conformance.scaffold.mistake import ScaffoldError
from conformance.scaffold.rehearsal import Outcome, rehearse
from conformance.scaffold.subject import load
from conformance.scaffold.template import render
from conformance.scaffold.trial import trial


def write_skeleton(path: Path, *, force: bool) -> list[str]:
    """Write a small RNN by the contract; returns lines that say so."""
    _may_write(path, force=force)
    _write(path, render("skeleton.py.jinja", file=path.name))
    return [
        f"Written: {path}, a right RNN of one layer to make yours of. Next:",
        "",
        f"  rnn-conformance check {path}",
    ]


def write_adapter(path: Path, target: str, *, force: bool) -> list[str]:
    """Write an adapter for the network in FILE.py[:NAME]; returns an account of it."""
    subject = load(target, holds_recurrent_weights)
    if path.resolve() == subject.path.resolve():
        raise ScaffoldError(f"{path} is the file to adapt itself; give the adapter another name")
    _may_write(path, force=force)
    insight = investigate(subject)
    adapter, outcomes, gradients = _best(insight, path)
    _write(path, adapter.text)
    lines = [f"Written: {path}, an adapter for {subject.name} of {subject.path}."]
    lines += accounts.account(insight, outcomes, gradients, adapter.open, _notes(insight))
    judge = "The check is the judge" if not adapter.open else "Fill in what is left, then let the check judge"
    return [*lines, "", f"{judge}:", "", f"  rnn-conformance check {path}"]


def _best(insight: Insight, path: Path) -> tuple[adapters.Adapter, list[Outcome], Outcome]:
    """The adapter, rehearsed; without a backward that cannot even run."""
    by_autograd = insight.library == "torch" and insight.finding is not None
    found = "" if by_autograd else backward_search.search(insight)
    adapter = adapters.write(insight, found, path, autograd=by_autograd)
    small = trial(bias=insight.wiring.has_bias or insight.finding is None, dtype=insight.dtype)
    outcomes, gradients = rehearse(adapter.text, path, small)
    if by_autograd and gradients.how == "raises":
        insight.problems.append(f"gradients: autograd cannot differentiate it: {gradients.why}")
        adapter = adapters.write(insight, "", path, autograd=False)
        outcomes, gradients = rehearse(adapter.text, path, small)
    elif isinstance(found, str) and found and insight.finding is not None:
        insight.problems.append(f"no backward: {found}")
    return adapter, outcomes, gradients


def _notes(insight: Insight) -> list[str]:
    """What else its user should know."""
    notes = [p for p in insight.problems if p.startswith(("no backward", "gradients"))]
    notes += [slot.remark for slot in insight.wiring.slots if slot.remark and not insight.settled]
    if insight.subject.parts:
        parts = ", ".join(f"{insight.subject.path}:{part}" for part in insight.subject.parts)
        notes.append(f"taken for parts of it, and to be named if they are meant: {parts}")
    if insight.wiring.named:
        notes.append(
            f"its names are torch's; perhaps no adapter is needed: rnn-conformance check {insight.subject.path}"
        )
    if insight.dtype == "float32":
        notes.append("it does not run in float64, so it is judged in float32")
    return notes


def _may_write(path: Path, *, force: bool) -> None:
    """Refuse what would be lost or could not be written."""
    if path.suffix != ".py":
        raise ScaffoldError(f"{path} should end in .py: an implementation is a Python file")
    if path.exists() and not force:
        raise ScaffoldError(f"{path} exists; choose another name, or overwrite it with --force")
    if not path.parent.is_dir():
        raise ScaffoldError(f"{path.parent} is not a folder; make it first")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ScaffoldError(f"{path} cannot be written: {error.strerror}") from None
