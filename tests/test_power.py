"""The power of the suite: what is measured is right, what is weak is seen, and the suite itself is strong enough."""

import dataclasses
import functools
import itertools
import json
import math
import multiprocessing
import random
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest
from small import case

from conformance.adapters import adapt
from conformance.cli import main
from conformance.difference import Distance
from conformance.faults import BY_ID, DICTIONARY, EQUIVALENT, plant
from conformance.observation import Answered, Call, Declined, NotAnArray
from conformance.plan import Plan
from conformance.power import crew as crew_module
from conformance.power.bench import Bench
from conformance.power.cover import smallest_cover
from conformance.power.kill import Kill, as_kill
from conformance.power.matrix import Matrix
from conformance.power.measurement import measure
from conformance.power.pairs import chosen_pairs, try_pairs
from conformance.power.peers.cmu import CMU
from conformance.power.peers.onnx import ONNX
from conformance.power.power import ENOUGH, Power, PowerError, read
from conformance.power.sameness import same
from conformance.power.table import render
from conformance.status import Layer, Status
from conformance.sweep import suite
from conformance.sweep.scope import parse_where
from conformance.verdict import Verdict

# A kill.


def verdict(status=Status.FAIL, layer=Layer.VALUE, **ratios):
    distances = {name: Distance(error=ratio, tolerance=1.0, ratio=ratio) for name, ratio in ratios.items()}
    return Verdict(status, "why", layer, distances=distances)


@pytest.mark.parametrize(
    ("judged", "wanted"),
    [
        (verdict(output=3.0, h_n=7.0), Kill("value", 7.0)),
        (verdict(layer=Layer.GRADIENT, output=0.1, input=2.0), Kill("gradient", 2.0)),
        (verdict(layer=Layer.GRADIENT, output=0.1), Kill("gradient", math.inf)),  # one is missing
        (verdict(layer=Layer.VALUE, output=math.nan), Kill("value", math.inf)),
        (verdict(layer=Layer.SHAPE, h_n=50.0), Kill("shape", math.inf)),
        (verdict(layer=Layer.PURITY, output=0.5), Kill("purity", math.inf)),
        (verdict(Status.ERROR, None), Kill("raised", math.inf)),
        (verdict(Status.PASS, None, output=0.5), None),
        (verdict(Status.UNSUPPORTED, None), None),
        (verdict(Status.SUITE_ERROR, None), None),
    ],
)
def test_a_margin_is_that_of_the_worst_number(judged, wanted):
    assert as_kill(judged) == wanted


# Two networks that do the same need one verdict.


def answered(output=(1.0, 2.0), h_n=(3.0,), gradients=None, **fields):
    return Answered((Call((np.array(output), np.array(h_n)), gradients),), **{"changed": (), "altered": ()} | fields)


def test_the_same_arrays_are_the_same():
    assert same(answered(), answered())
    grown = {"input": np.array([1.0])}
    assert same(answered(gradients=grown), answered(gradients={"input": np.array([1.0])}))
    assert same(answered(output=[np.nan]), answered(output=[np.nan]))


@pytest.mark.parametrize(
    "other",
    [
        answered(output=[1.0, 2.0000000000000004]),
        answered(output=[[1.0, 2.0]]),
        answered(output=np.array([1.0, 2.0], np.float32)),
        answered(h_n=[-3.0]),
        answered(gradients={}),
        answered(gradients={"h_0": np.array([1.0])}),
        answered(changed=("input",)),
        answered(altered=("output",)),
        answered(ended=Declined("no")),
        Answered(answered().calls * 2, (), ()),
        Answered((Call(NotAnArray("a list", "array"), None),), (), ()),
        Answered((Call((NotAnArray("a list", "array"), np.array([3.0])), None),), (), ()),
        Declined("no"),
    ],
    ids=itertools.count(),
)
def test_anything_else_is_judged(other):
    for one in (answered(), answered(gradients={"input": np.array([1.0])})):
        assert not same(one, other)
        assert not same(other, one)


# The smallest cover.


def brute_force(caught):
    everything = frozenset().union(*caught)
    for size in range(len(caught) + 1):
        for chosen in itertools.combinations(range(len(caught)), size):
            if frozenset().union(*(caught[place] for place in chosen)) == everything:
                return size
    return None


def test_the_cover_is_the_smallest_there_is():
    numbers = random.Random(7)
    for _ in range(300):
        faults = numbers.randint(1, 9)
        caught = [frozenset(f for f in range(faults) if numbers.random() < 0.35) for _ in range(numbers.randint(1, 9))]
        cover = smallest_cover(caught)
        assert cover.exact
        assert frozenset().union(*(caught[place] for place in cover.chosen)) == frozenset().union(*caught), caught
        assert len(cover.chosen) == brute_force(caught), caught


def test_the_largest_set_is_not_always_taken():
    """Greedy takes the set of four and needs two more."""
    caught = [frozenset({1, 2, 4, 5}), frozenset({0, 1, 2}), frozenset({3, 4, 5})]
    assert smallest_cover(caught).chosen == (1, 2)


def test_of_equal_covers_the_one_of_earlier_places_is_taken():
    assert smallest_cover([frozenset({0}), frozenset({0, 1}), frozenset({0, 1})]).chosen == (1,)


def test_nothing_to_catch_needs_nothing():
    assert smallest_cover([frozenset(), frozenset()]).chosen == ()


def test_a_search_that_is_cut_short_says_so_and_still_covers():
    numbers = random.Random(1)
    caught = [frozenset(numbers.sample(range(40), 6)) for _ in range(60)]
    cover = smallest_cover(caught, limit=3)
    assert not cover.exact
    assert frozenset().union(*(caught[place] for place in cover.chosen)) == frozenset().union(*caught)


# The matrix, by hand.

CASES = (
    dataclasses.replace(case(num_layers=2, asks="values"), file="b.yaml"),
    dataclasses.replace(case(asks="values"), file="a.yaml"),
    dataclasses.replace(case(num_layers=3, asks="values"), file="a.yaml"),
)
MATRIX = Matrix(
    ("one", "two", "three"),
    CASES,
    {(0, 0): Kill("value", 5.0), (0, 1): Kill("value", 9.0), (0, 2): Kill("shape", math.inf), (1, 2): Kill("value", 2)},
)


def test_catching_cases_come_simplest_first_and_count_by_file():
    assert MATRIX.catching == ((1, 0, 2), (2,), ())
    assert MATRIX.by_file(0) == {"b.yaml": 1, "a.yaml": 2}
    assert MATRIX.weakest(0) == 0
    assert MATRIX.weakest(2) is None
    assert MATRIX.caught == (frozenset({0}), frozenset({0}), frozenset({0, 1}))


# Pairs.


def test_pairs_are_chosen_the_same_again_and_from_everywhere():
    ids = [fault.id for fault in DICTIONARY]
    chosen = chosen_pairs(ids, 50)
    assert chosen == chosen_pairs(ids, 50)
    assert len(set(chosen)) == 50
    assert len({fault for pair in chosen for fault in pair}) > 50
    assert chosen_pairs(ids, 0) == ()
    assert len(chosen_pairs(ids, None)) == len(chosen_pairs(ids, 10**6)) == math.comb(len(ids), 2)


class Stub:
    """A crew that knows which cases catch which pairs, and keeps what it was asked."""

    def __init__(self, catching):
        self.catching, self.asked = catching, []

    def escapes(self, tries, advance=lambda _: None):
        self.asked += [(pair, len(cases)) for pair, cases in tries]
        return [pair for pair, cases in tries if self.catching.get(pair) not in cases]


def test_a_pair_that_escapes_promising_cases_is_tried_with_every_other():
    cases = tuple(case(num_layers=n, asks="values") for n in range(1, 8))
    kills = {(fault, place): Kill("value", 2.0) for fault in (0, 1) for place in range(5)}
    matrix = Matrix(("one", "two", "three"), cases, kills)
    pairs = [("one", "two"), ("one", "three"), ("two", "three")]
    hands = Stub({pairs[0]: cases[0], pairs[1]: cases[6]})
    assert try_pairs(matrix, pairs, hands, lambda _: None) == (pairs[2],)
    assert hands.asked == [*((pair, 4) for pair in pairs), *((pair, 3) for pair in pairs[1:])]


# A small measurement.


def write(folder, **files):
    """A suite of these files, by asks and name."""
    (folder / "suite.yaml").write_text('version: "1.0"\n')
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"about: Made for a test.\n{text}\n")
    return folder


DEFAULTS = "defaults: {input_size: 3, hidden_size: 4, seq_len: 5, batch_size: 2}"
ONE_LAYER = f"{DEFAULTS}\nmatrix:\n  h_0: [absent, given]\ncases: 2"
TWO_LAYERS = f"{DEFAULTS}\ninclude:\n  - {{num_layers: 3}}\ncases: 1"
FAULTS = tuple(BY_ID[name] for name in ("h0-ignored", "hn-last-layer-only", "grad-hn-ignored", "relu-leaky"))


@pytest.fixture
def weak(tmp_path):
    """A suite without relu, without gradients and with little else."""
    return write(tmp_path / "cases", values__one=ONE_LAYER, values__two=TWO_LAYERS)


@pytest.fixture(autouse=True)
def folder(tmp_path):
    (tmp_path / "cases").mkdir()


def test_a_weak_suite_is_measured_as_it_is(weak):
    found = measure(Plan(suite=suite.load(weak)), pairs=None, faults=FAULTS, peers=(ONNX,))
    counts = {fault.id: fault.catches for fault in found.faults}
    assert counts == {"h0-ignored": 1, "hn-last-layer-only": 1, "grad-hn-ignored": 0, "relu-leaky": 0}
    ignored, dropped, unseen, _ = found.faults
    assert ignored.by_file == {"cases/values/one.yaml": 1}
    assert ignored.weakest == ignored.simplest == "values/one[h_0=given]"
    assert 1e6 < ignored.margin < math.inf
    assert (dropped.margin, dropped.simplest) == (math.inf, "values/two[num_layers=3]")
    assert (unseen.margin, unseen.simplest, unseen.by_file) == (0.0, "", {})
    assert [(file.file, file.cases, file.catches, file.alone) for file in found.files] == [
        ("cases/values/one.yaml", 2, 1, ("h0-ignored",)),
        ("cases/values/two.yaml", 1, 1, ("hn-last-layer-only",)),
    ]
    assert found.subset.cases == ("values/one[h_0=given]", "values/two[num_layers=3]")
    assert found.subset.exact
    assert (found.pairs.possible, found.pairs.tried) == (6, 6)
    assert found.pairs.masked == (("grad-hn-ignored", "relu-leaky"),)
    assert [e.catches for e in found.equivalent] == [0] * len(EQUIVALENT)
    assert not found.sufficient
    assert [fault.id for fault in found.weak] == list(counts)


def test_a_peer_stands_beside_it_and_is_not_blamed_for_what_it_cannot_say(weak):
    found = measure(Plan(suite=suite.load(weak)), faults=FAULTS, peers=(ONNX,)).peers[0]
    assert (found.caught, found.missed) == ((), ("h0-ignored",))
    assert set(found.outside) == {"hn-last-layer-only", "grad-hn-ignored", "relu-leaky"}
    assert found.reach == 1


def test_a_fault_is_in_reach_where_a_case_catches_it_in_the_peers_form(tmp_path):
    """Without batch_first, bias and relu CMU has no such case; it can be written in its form all the same."""
    other = f"{DEFAULTS}\ninclude:\n  - {{h_0: given, bias: false, nonlinearity: relu}}\ncases: 1"
    folder = write(tmp_path / "cases", values__one=other)
    faults = tuple(BY_ID[name] for name in ("h0-modified", "relu-hides-nan", "returns-output-only"))
    found = measure(Plan(suite=suite.load(folder)), faults=faults, peers=(CMU,)).peers[0]
    assert (found.caught, found.missed) == ((), ("h0-modified",))
    assert found.outside["returns-output-only"] == CMU.outside["returns-output-only"]


def test_other_processes_find_the_same(weak, monkeypatch):
    monkeypatch.setattr(crew_module, "_WORTH_IT", 0)
    plan = Plan(suite=suite.load(weak))
    alone, together = (
        dataclasses.replace(measure(plan, pairs=None, faults=FAULTS, peers=(), workers=workers), seconds=0.0)
        for workers in (1, 2)
    )
    assert alone == together


def test_an_interrupted_measurement_leaves_no_process_behind(weak, monkeypatch):
    monkeypatch.setattr(crew_module, "_WORTH_IT", 0)

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure(Plan(suite=suite.load(weak)), faults=FAULTS, peers=(), workers=2, advance=interrupt)
    assert not multiprocessing.active_children()


def test_progress_is_told_of_every_case_and_pair(weak):
    told = []
    measure(Plan(suite=suite.load(weak)), pairs=2, faults=FAULTS, peers=(), advance=told.append)
    assert sum(told) == 3 + 2


# The document.


@pytest.fixture
def power(weak):
    return measure(Plan(suite=suite.load(weak)), pairs=None, faults=FAULTS, peers=(ONNX,))


def test_it_is_read_as_it_was_written(power, tmp_path):
    assert Power.from_json(power.to_json()) == power
    path = tmp_path / "power.json"
    path.write_text(power.to_json())
    assert read(path, power.suite_digest) == power
    with pytest.raises(PowerError, match="measure it again"):
        read(path, "0" * 64)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"type": "power", "format": 99}', '{"type":"header"}'])
def test_anything_else_is_refused_with_a_sentence(text, tmp_path):
    path = tmp_path / "power.json"
    path.write_text(text)
    with pytest.raises(PowerError, match="power.json"):
        read(path, "0" * 64)
    with pytest.raises(PowerError, match="cannot be read"):
        read(tmp_path / "absent.json", "0" * 64)


def test_the_table_says_what_is_weak_within_80_columns(power):
    text = render(power, every=True)
    assert text.startswith("2 of 4 faults are caught by 3 cases of suite 1.0 (")
    assert "h0-ignored is caught by one case (values/one[h_0=given]), but should be by at" in text
    assert "grad-hn-ignored is caught by no case" in text
    assert "Pairs of faults: 6 of 6 tried; 1 of them nothing catches:\n  grad-hn-ignored + relu-leaky" in text
    assert "ONNX's six RNN cases                6       0   0 of 1" in text
    assert max(map(len, text.splitlines())) < 80
    assert "(and 4 more: --all)" in render(dataclasses.replace(power, faults=power.faults * 4))


def test_the_table_of_a_strong_suite_complains_of_nothing(power):
    strong = dataclasses.replace(
        power,
        faults=tuple(dataclasses.replace(fault, catches=2) for fault in power.faults),
        pairs=dataclasses.replace(power.pairs, masked=()),
    )
    assert strong.sufficient
    text = render(strong)
    assert ", each by at\nleast 2." in text
    assert "6 of 6 tried; every one is caught." in text
    assert "but should" not in text


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: {"faults": (dataclasses.replace(p.faults[0], catches=1), *p.faults[1:])},
        lambda p: {"pairs": dataclasses.replace(p.pairs, masked=(("a", "b"),))},
        lambda p: {"equivalent": (dataclasses.replace(p.equivalent[0], catches=1),)},
    ],
    ids=["one case", "a pair", "an equivalent change"],
)
def test_each_thing_that_is_not_enough_is_seen(power, spoil):
    strong = dataclasses.replace(
        power,
        faults=tuple(dataclasses.replace(fault, catches=2) for fault in power.faults),
        pairs=dataclasses.replace(power.pairs, masked=()),
    )
    assert not dataclasses.replace(strong, **spoil(strong)).sufficient


# The command.


def run(capsys, *arguments):
    code = main(["power", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_weakened_suite_is_seen_and_ends_with_1(weak, tmp_path, capsys):
    code, out, _ = run(capsys, "--cases", weak, "--pairs", "3", "--report", tmp_path / "reports")
    assert code == 1
    assert "relu-leaky is caught by no case, but should be by at least 2." in out
    assert "Pairs of faults: 3 of " in out
    assert "Written:" in out
    written = json.loads((tmp_path / "reports" / "power.json").read_text())
    assert written["suite_digest"] == suite.load(weak).digest
    assert {fault["id"] for fault in written["faults"]} == {fault.id for fault in DICTIONARY}


@pytest.fixture
def few_faults(monkeypatch):
    """The command with a dictionary of four faults and no peers."""
    monkeypatch.setattr("conformance.power.measurement.measure", functools.partial(measure, faults=FAULTS, peers=()))


@pytest.mark.usefixtures("few_faults")
def test_json_is_the_document_and_nothing_else(weak, tmp_path, capsys):
    code, out, _ = run(capsys, "--cases", weak, "--pairs", "0", "--report", tmp_path / "new" / "deeper", "--json")
    assert code == 1
    assert Power.from_json(out) == Power.from_json((tmp_path / "new" / "deeper" / "power.json").read_text())


@pytest.mark.usefixtures("few_faults")
def test_a_suite_at_fault_ends_with_3(weak, tmp_path, capsys):
    write(weak, validation__accepted=f"{DEFAULTS}\ninclude:\n  - {{input_shape: 5x2x3}}\ncases: 1")
    code, out, err = run(capsys, "--cases", weak, "--pairs", "0", "--report", tmp_path)
    assert code == 3, err
    assert "Not measured: validation/accepted[input_shape=5x2x3] is at fault (suite-error)." in " ".join(out.split())


def test_a_process_that_is_killed_is_no_verdict(weak, tmp_path, capsys, monkeypatch):
    def killed(*_, **__):
        raise BrokenProcessPool

    monkeypatch.setattr("conformance.power.measurement.measure", killed)
    code, out, err = run(capsys, "--cases", weak, "--report", tmp_path)
    assert (code, out) == (3, "")
    assert "was there enough memory?" in err


@pytest.mark.parametrize("pairs", ["few", "-1", "1.5", ""])
def test_a_number_of_pairs_that_is_none_is_a_usage_error(pairs, weak, capsys):
    code, _, err = run(capsys, "--cases", weak, f"--pairs={pairs}")
    assert code == 2
    assert "should be a number of pairs, or all" in err


def test_a_folder_that_cannot_be_written_is_said_before_anything_runs(weak, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("conformance.power.measurement.measure", lambda *_, **__: pytest.fail("it ran"))
    (tmp_path / "file").write_text("")
    code, _, err = run(capsys, "--cases", weak, "--report", tmp_path / "file" / "below")
    assert code == 2
    assert "cannot be written to" in err


# The suite of this repository. The whole matrix is for the soak; this stops at the second case that catches a fault.


@pytest.fixture(scope="module")
def caught():
    """A matrix that is filled only as far as it takes to see every fault caught by two cases."""
    plan = Plan(suite=suite.load(suite.find_cases()), scope=parse_where("asks=values|gradients"))
    cases = spread(plan.cases)
    everything = [*(fault.id for fault in DICTIONARY), *(fault.id for fault in EQUIVALENT)]
    bench = Bench(cases, everything, plan.seed)
    kills, lacking = {}, dict.fromkeys(range(len(DICTIONARY)), ENOUGH)
    for place in range(len(cases)):
        if not lacking:
            break
        # Equivalent changes are looked at for as long as others are.
        found = bench.kills([place], [*lacking, *range(len(DICTIONARY), len(everything))])
        assert not found.suite_errors, cases[place].id
        kills |= found.kills
        for fault, _ in found.kills:
            lacking[fault] = lacking.get(fault, 0) - 1
        lacking = {fault: count for fault, count in lacking.items() if count > 0}
    return Matrix(everything, cases, kills), bench


def spread(cases):
    """The last case of every file, then the last but one of every file, and so on: the larger ones come last."""
    by_file = [list(reversed(list(group))) for _, group in itertools.groupby(cases, lambda case: case.file)]
    return tuple(case for row in itertools.zip_longest(*by_file) for case in row if case is not None)


def test_every_fault_is_caught_by_at_least_two_cases(caught):
    matrix, _ = caught
    weak = {fault.id: len(matrix.catching[number]) for number, fault in enumerate(DICTIONARY)}
    assert not {name: count for name, count in weak.items() if count < ENOUGH}


@pytest.mark.parametrize("fault", [fault for fault in DICTIONARY if len(fault.values) > 1], ids=lambda fault: fault.id)
def test_every_value_of_a_grid_is_caught_by_at_least_two_cases(fault, caught):
    matrix, bench = caught
    cases = [case for case in matrix.cases if case.asks == "gradients" or fault.part == "forward"]
    for value in fault.values[1:]:
        network = adapt(plant({fault.id: value}), fault.id)
        kills = itertools.islice((case for case in cases if bench.kill(network, case)), ENOUGH)
        assert len(list(kills)) == ENOUGH, f"{fault.id} at {value}"


def test_no_equivalent_change_is_caught(caught):
    matrix, _ = caught
    for number, fault in enumerate(EQUIVALENT, len(DICTIONARY)):
        assert not matrix.catching[number], f"{fault.id} is said to be equivalent, but a case caught it"


def test_every_pair_of_faults_is_caught(caught):
    matrix, bench = caught
    chosen = chosen_pairs([fault.id for fault in DICTIONARY], None)
    assert len(chosen) > 4000
    assert try_pairs(matrix, chosen, crew_module.Crew(bench, None, 1), lambda _: None) == ()
