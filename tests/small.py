"""What the harness's own tests share: small cases, a runner, and records made by hand."""

import dataclasses
import functools

from conformance.adapters import adapt
from conformance.case import Case
from conformance.oracle import oracle
from conformance.record import Header, Planned, Record
from conformance.runner import Runner, Subject
from conformance.status import Status


def case(**settings):
    """A small valid case; `id` follows the settings, so that different cases draw different numbers."""
    asks = settings.pop("asks", "gradients")
    defaults = {"input_size": 3, "hidden_size": 4, "seq_len": 5, "batch_size": 2}
    name = ",".join(f"{key}={value}" for key, value in settings.items())
    return Case(id=f"{asks}/small[{name}]", asks=asks, file=f"cases/{asks}/small.yaml", line=3, **defaults | settings)


@functools.cache
def runner():
    """One runner for all tests of a process: what torch answers is kept."""
    return Runner(oracle())


def judge(subject, **settings):
    """The record of one small case with a class or function."""
    return fresh_runner().record(case(**settings), Subject(adapt(subject, "subject")))


def fresh_runner():
    """A runner that has met no implementation, sharing torch's answers."""
    return dataclasses.replace(runner(), _connections={})


def record(status=Status.PASS, asks="values", number=0, **fields):
    """A record made by hand."""
    settings = case(asks=asks).settings() | fields.pop("settings", {})
    return Record(
        implementation=fields.pop("implementation", "mine"),
        case=f"{asks}/made[{number}]",
        asks=asks,
        dtype="float64",
        status=status,
        settings=settings,
        complexity=(number,),
        **fields,
    )


def header(**expected):
    """A header that plans these counts by implementation."""
    return Header(
        suite_version="1.0",
        suite_digest="0" * 64,
        seed=0,
        scope={"where": "", "case": "", "dtype": "auto"},
        command="made by hand",
        versions={"python": "3"},
        platform="none",
        threads=1,
        started="2026-01-01T00:00:00+00:00",
        implementations=tuple(Planned(name=name, expected=count) for name, count in expected.items()),
    )
