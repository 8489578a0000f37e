"""Runs made by hand for the tests of the report, and a reader of its pages."""

import dataclasses
import json
import math
from collections import Counter
from html.parser import HTMLParser

from small import header, record

from conformance.connection import Connection
from conformance.difference import Curve, Distance, Place, Steps
from conformance.finding import Diagnosis, Finding
from conformance.power.power import Equivalent, FaultPower, FilePower, PairPower, PeerPower, Power, Subset
from conformance.record import Run
from conformance.status import Layer, Status

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e\x1b[31mred\x1b[0m\u2028'\"&{{ 7 * 7 }}"


def run(*records, complete=True, connections=(), expected=None, **planned):
    counts = Counter(r.implementation for r in records)
    made = header(**(expected or counts or {"mine": 0}))
    made = dataclasses.replace(
        made, implementations=tuple(dataclasses.replace(p, **planned) for p in made.implementations)
    )
    return Run(header=made, connections=connections, records=records, complete=complete, seconds=1.5)


def failing(**fields):
    place = {"layer": 0, "direction": "forward", "time_step": 1, "batch": 0, "unit": 3, "wrong": 4, "size": 9}
    return record(
        Status.FAIL,
        layer=Layer.VALUE,
        why="output is 1, but should be 2 (off by 1; 1e-15 is allowed)",
        distances={"output": Distance(error=1.0, tolerance=1e-15, ratio=1e15)},
        place=Place(tensor="output", index=(1, 0, 3), got=1.0, wanted=2.0, **place),
        steps=Steps(tensor="output", errors=(0.0, 1.0, float("nan"), float("inf")), tolerance=1e-15),
        **fields,
    )


def trained(status=Status.PASS, number=0, **fields):
    """A training case that stays within its tolerance, and learns as torch does.

    One that fails leaves torch's curve at step 7 and writes another text.
    """
    torch = tuple(2.3 * math.exp(-step / 12) + 0.05 * math.sin(step) for step in range(36))
    tolerances = tuple(1e-15 * 1.2**step for step in range(36))
    wrong = status is Status.FAIL
    away = tuple((1e-4 * (step - 6) if wrong and step > 6 else 2e-16 * (step % 3)) for step in range(36))
    curve = {
        "torch": torch,
        "losses": tuple(map(sum, zip(torch, away))),
        "tolerances": tolerances,
        "torch_accuracy": 0.9611,
        "accuracy": 0.8722 if wrong else 0.9611,
        "torch_sample": "the sea was calm\n  and the wind",
        "sample": "the sea wes ca" if wrong else "the sea was calm\n  and the wind",
    } | fields.pop("curve", {})
    settings = {"task": "digits", "optimizer": "Adam", "steps": 36, "published": None} | fields.pop("settings", {})
    return record(
        status,
        asks="training",
        number=number,
        layer=Layer.GRADIENT if wrong else None,
        why=fields.pop("why", "the loss at step 7 is 1.3, but should be 1.2 (off by 0.1)" if wrong else ""),
        distances={
            "loss": Distance(error=2.9e-3 if wrong else 4e-16, tolerance=5.9e-13, ratio=4.9e9 if wrong else 0.08),
            "weight_hh_l0": Distance(error=1e-15, tolerance=2e-13, ratio=0.005),
        },
        settings=settings,
        curve=Curve(**curve),
        **fields,
    )


def finding(fault="h0-ignored", **fields):
    usual = {"value": "", "what": f"What {fault} is.", "hint": f"Where {fault} is.", "where": "", "explains": 2}
    return Finding(id=fault, simplest="values/made[1]", **usual | fields)


def diagnosed(made, *findings, **fields):
    """The same run with a diagnosis of its first implementation, by default of two wrong cases, all reproduced."""
    usual = {"failing": 2, "reproduced": 2 if findings else 0, "seconds": 1.0}
    name = made.header.implementations[0].name
    return dataclasses.replace(made, diagnoses=(Diagnosis(implementation=name, findings=findings, **usual | fields),))


def power():
    """The power of the suite that runs made by hand are of."""
    a, b = "cases/values/a.yaml", "cases/values/b.yaml"
    caught = (
        ("relu-leaky", 3.14, {a: 2}),
        ("h0-ignored", float("inf"), {a: 30, b: 10}),
        ("bias-missing", 4.2e8, {b: 1200}),
    )
    return Power(
        suite_version="1.0",
        suite_digest="0" * 64,
        seed=0,
        versions={"python": "3"},
        seconds=1.5,
        cases=1500,
        suite_errors=(),
        faults=tuple(
            FaultPower(
                id=fault, what=f"What {fault} is.", catches=sum(by_file.values()), by_file=by_file, margin=margin,
                weakest="values/a", simplest="values/a",
            )
            for fault, margin, by_file in caught
        ),
        files=(FilePower(file=a, cases=20, catches=2, alone=()), FilePower(file=b, cases=30, catches=2, alone=("bias-missing",))),
        equivalent=(Equivalent(id="biases-swapped", reason="They are only added.", catches=0),),
        pairs=PairPower(possible=3, tried=2, masked=()),
        subset=Subset(cases=("values/a", "values/b[num_layers=2]"), exact=True),
        peers=(
            PeerPower(
                name="Homework", source="a course", cases=12, caught=("h0-ignored",), missed=("relu-leaky",),
                outside={"bias-missing": "It has none."},
            ),
        ),
    )  # fmt: skip


def hostile_run():
    connection = Connection(implementation=HOSTILE, connected=True, parameters_unread=(HOSTILE,), notes=(HOSTILE,))
    bad = failing(implementation=HOSTILE, settings={"num_layers": HOSTILE, HOSTILE: HOSTILE}, file=HOSTILE)
    bad = dataclasses.replace(bad, case=HOSTILE, why=HOSTILE)
    curve = {"sample": HOSTILE, "torch_sample": HOSTILE, "published": (2.0, 1.0)}
    learned = trained(implementation=HOSTILE, settings={"published": HOSTILE, "task": HOSTILE}, curve=curve)
    made = run(bad, learned, connections=(connection,), description=HOSTILE, origin=HOSTILE, stale=(HOSTILE,))
    named = finding(HOSTILE, value=HOSTILE, what=HOSTILE, hint=HOSTILE, where=HOSTILE)
    made = diagnosed(made, named, equivalents=(HOSTILE,), remarks=(HOSTILE,))
    own = {"command": HOSTILE, "platform": HOSTILE, "versions": {HOSTILE: HOSTILE}, "scope": {HOSTILE: HOSTILE}}
    return dataclasses.replace(made, header=dataclasses.replace(made.header, **own))


class Reader(HTMLParser):
    """The text of each element with an id, a class or a tag that a test asks for, and every tag."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.texts = [], [], {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "input", "wbr", "br"):
            self.open.append((tag, dict(attrs)))
        if tag in ("td", "th", "dt", "dd"):
            self.handle_data(" ")

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for tag, attrs in self.open:
            for name in (tag, f"#{attrs.get('id')}", *(f".{c}" for c in (attrs.get("class") or "").split())):
                self.texts[name] = self.texts.get(name, "") + data


def words(page, name):
    return " ".join(Reader(page).texts.get(name, "").split())


def data_of(page):
    return json.loads(Reader(page).texts["#data"])
