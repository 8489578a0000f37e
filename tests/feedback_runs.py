"""Runs of submissions made by hand for the tests of feedback, and what reads a CI log as GitHub's runner does."""

import dataclasses

from report_runs import diagnosed, failing, finding, run
from small import record

from conformance.connection import Connection
from conformance.feedback import annotations, classroom, document, gradescope, job_summary, junit, words
from conformance.record import Gate, GateLayer
from conformance.status import Status

PASS, FAIL, UNSUPPORTED = Status.PASS, Status.FAIL, Status.UNSUPPORTED

#: Every format, as its author gets it.
FORMATS = {
    "words": words.render,
    "junit": junit.render,
    "annotations": lambda made, **o: annotations.render(made, path="src/mine.py", **o),
    "job summary": job_summary.render,
    "gradescope": lambda made, **o: gradescope.render(made, 100, **o),
    "classroom": lambda made, **o: classroom.render(made, 100, **o),
    "document": document.render,
}

#: What GitHub's runner knows: actions/runner, src/Runner.Worker, the classes called ...CommandExtension.
COMMANDS = {
    "stop-commands", "set-env", "set-output", "save-state", "add-mask", "add-path", "add-matcher", "remove-matcher",
    "warning", "error", "notice", "debug", "group", "endgroup", "echo",
}  # fmt: skip


def gate(**fields):
    usual = {
        "level": "A",
        "verdict": True,
        "system": "Linux",
        "layers": (
            GateLayer(name="namespaces", active=True, required=True, version="bubblewrap 0.8.0"),
            GateLayer(name="seccomp", active=False, required=False),
        ),
        "submission": "mine.py",
        "sha256": "ab" * 32,
        "with_torch": False,
        "limits": {"time": 300.0},
    }
    return Gate(**usual | fields)


def gated(*records, **fields):
    """A gate's run of these records."""
    held = fields.pop("gate", gate())
    made = run(*records, **fields)
    return dataclasses.replace(made, header=dataclasses.replace(made.header, gate=held))


def hidden(status=PASS, number=0, **fields):
    """A hidden record that says something secret in every text that it has."""
    made = failing(number=number) if status is FAIL else record(status, number=number)
    why = "" if status is PASS else "SECRET sentence"
    fields = {"why": why, "file": "cases/values/SECRET.yaml", "visible": False} | fields
    return dataclasses.replace(made, case=f"values/SECRET[{number}]", **fields)


def wrong(text="off by 1"):
    """A wrong submission whose every text is this one."""
    connection = Connection(implementation=text, connected=True, parameters_unread=(text,), notes=(text,))
    records = (
        record(PASS, implementation=text),
        dataclasses.replace(failing(implementation=text, number=1), why=text, dtype="float32"),
        record(UNSUPPORTED, implementation=text, asks="gradients", why=text),
        record(Status.CRASH, implementation=text, asks="gradients", number=1, why=text),
        record(FAIL, implementation=text, asks="validation", why=text),
        hidden(FAIL, implementation=text, why=text),
    )
    records = tuple(dataclasses.replace(r, case=f"{r.case[:-1]},{text}]") for r in records)
    made = gated(*records, connections=(connection,), description=text, origin=text, gate=gate(submission=text))
    named = dataclasses.replace(finding(text, value=text, what=text, hint=text, where=text), simplest=records[1].case)
    return diagnosed(made, named, equivalents=(text,), remarks=(text,))


def everything_visible(made):
    """The same run with nothing hidden, so that more is told of it."""
    return dataclasses.replace(made, records=tuple(dataclasses.replace(r, visible=True) for r in made.records))


def command(line):
    """What GitHub's runner takes a line of a log for, as (name, properties, data); None for text.

    After actions/runner, src/Runner.Common/ActionCommand.cs, TryParseV2 and then TryParse.
    """
    stripped = line.lstrip()
    if stripped.startswith("::") and "::" in stripped[2:]:
        head, _, data = stripped[2:].partition("::")
        name, _, rest = head.partition(" ")
        if name.lower() in COMMANDS:
            pairs = (pair.partition("=") for pair in rest.strip().split(",") if "=" in pair)
            found = {key: _unescaped(value, "%0D", "%0A", "%3A", "%2C", "%25") for key, _, value in pairs}
            return name.lower(), found, _unescaped(data, "%0D", "%0A", "%25")
    _, begun, rest = line.partition("##[")
    head, ended, data = rest.partition("]")
    name = head.partition(" ")[0].lower()
    return (name, {}, data) if begun and ended and name in COMMANDS else None


def _unescaped(text, *codes):
    for code in codes:
        text = text.replace(code, chr(int(code[1:], 16)))
    return text
