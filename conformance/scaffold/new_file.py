"""Writing a new file: the skeleton, or an adapter."""

from __future__ import annotations

from pathlib import Path

from conformance.scaffold import account
from conformance.scaffold.construction import holds_recurrent_weights
from conformance.scaffold.draft import draft
from conformance.scaffold.investigation import investigate
from conformance.scaffold.mistake import ScaffoldError
from conformance.scaffold.subject import load
from conformance.scaffold.template import render


def write_skeleton(path: Path, *, force: bool) -> list[str]:
    """Write a small RNN by the contract; returns the lines that say so."""
    _may_write(path, force=force)
    _write(path, render("skeleton.py.jinja"))
    return [f"Written: {path}, a right RNN of one layer to make yours of. Next:", *account.command(path)]


def write_adapter(path: Path, target: str, *, force: bool) -> list[str]:
    """Write an adapter for the network in FILE.py[:NAME]; returns an account of it."""
    subject = load(target, holds_recurrent_weights)
    if path.resolve() == subject.path.resolve():
        raise ScaffoldError(f"{path} is the very file to be adapted; give the adapter another name")
    if subject.follows_contract:
        raise ScaffoldError(
            f"{subject.name} of {subject.path} has a load_state_dict and needs no adapter: "
            f"rnn-conformance check {subject.path}:{subject.name}"
        )
    _may_write(path, force=force)
    written = draft(investigate(subject), path)
    _write(path, written.adapter.text)
    return account.account(written, path)


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
