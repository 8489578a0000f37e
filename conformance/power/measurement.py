"""A measurement: a suite in, its power out."""

from __future__ import annotations

import dataclasses
import math
import time
from collections import Counter
from collections.abc import Sequence

from conformance.faults import BY_ID, DICTIONARY, EQUIVALENT, Fault
from conformance.plan import Plan, versions
from conformance.power.cover import smallest_cover
from conformance.power.crew import Advance, crew
from conformance.power.matrix import Matrix
from conformance.power.pairs import chosen_pairs, try_pairs
from conformance.power.peers import PEERS, Peer
from conformance.power.power import Equivalent, FaultPower, FilePower, PairPower, PeerPower, Power, Subset
from conformance.power.reach import measure_peer


def measure(
    plan: Plan,
    *,
    pairs: int | None = 0,
    faults: Sequence[Fault] = DICTIONARY,
    equivalent: Sequence[Fault] = EQUIVALENT,
    peers: Sequence[Peer] = PEERS,
    workers: int | None = None,
    advance: Advance = lambda _: None,
) -> Power:
    """Plant every fault, run every case of a plan with each, and see what is caught.

    Training is left out: it would take as long as all the rest, to learn what the gradients cases tell at once.

    `pairs` is how many pairs are tried together, None for all; `workers` how many processes share the work, None for
    as many as there are cores. `advance` is told of cases and pairs as they are done. Raises NoTorchError.
    """
    began = time.monotonic()
    plan, left_out = _without_training(plan)
    advance(left_out)
    ids = [fault.id for fault in faults]
    chosen = chosen_pairs(ids, pairs)
    # Told apart only where they are written down; what is equivalent is judged like everything else.
    everything = [*ids, *(fault.id for fault in equivalent)]
    with crew(plan.cases, everything, plan.seed, workers) as hands:
        found = hands.kills(len(plan.cases), advance)
        matrix = Matrix(everything, plan.cases, found.kills)
        masked = try_pairs(matrix, chosen, hands, advance)
        beside = tuple(measure_peer(peer, matrix, ids, hands) for peer in peers)
    tried = PairPower(possible=math.comb(len(ids), 2), tried=len(chosen), masked=masked)
    power = _power(plan, matrix, equivalent, tried, beside)
    return dataclasses.replace(
        power,
        suite_errors=tuple(plan.cases[place].id for place in found.suite_errors),
        seconds=time.monotonic() - began,
    )


def _without_training(plan: Plan) -> tuple[Plan, int]:
    """The plan with its suite's cases of single calls alone, and how many it was relieved of."""
    kept = tuple(case for case in plan.suite.cases if case.asks != "training")
    fewer = dataclasses.replace(plan, suite=dataclasses.replace(plan.suite, cases=kept))
    return fewer, len(plan.cases) - len(fewer.cases)


def _power(
    plan: Plan, matrix: Matrix, equivalent: Sequence[Fault], pairs: PairPower, peers: tuple[PeerPower, ...]
) -> Power:
    """What is written down; the equivalent changes stand last in the matrix."""
    count = len(matrix.faults) - len(equivalent)
    return Power(
        suite_version=plan.suite.version,
        suite_digest=plan.suite.digest,
        seed=plan.seed,
        versions=versions(),
        cases=len(plan.cases),
        faults=tuple(_fault_power(matrix, number) for number in range(count)),
        files=_file_powers(matrix, count),
        equivalent=tuple(_equivalent(matrix, count + n, fault) for n, fault in enumerate(equivalent)),
        pairs=pairs,
        subset=_subset(matrix, count),
        peers=peers,
    )


def _fault_power(matrix: Matrix, number: int) -> FaultPower:
    """One fault's row."""
    fault = BY_ID[matrix.faults[number]]
    catching, weakest = matrix.catching[number], matrix.weakest(number)
    return FaultPower(
        id=fault.id,
        what=fault.sentence(fault.values[0]),
        catches=len(catching),
        by_file=matrix.by_file(number),
        margin=0.0 if weakest is None else matrix.kills[number, weakest].margin,
        weakest="" if weakest is None else matrix.cases[weakest].id,
        simplest=matrix.cases[catching[0]].id if catching else "",
    )


def _file_powers(matrix: Matrix, count: int) -> tuple[FilePower, ...]:
    """Every file's faults."""
    files_of = [tuple(matrix.by_file(number)) for number in range(count)]
    catches = Counter(file for files in files_of for file in files)
    return tuple(
        FilePower(
            file=file,
            cases=cases,
            catches=catches[file],
            alone=tuple(matrix.faults[number] for number, files in enumerate(files_of) if files == (file,)),
        )
        for file, cases in matrix.files.items()
    )


def _equivalent(matrix: Matrix, number: int, fault: Fault) -> Equivalent:
    """A change that should not be caught."""
    return Equivalent(id=fault.id, reason=fault.equivalent, catches=len(matrix.catching[number]))


def _subset(matrix: Matrix, count: int) -> Subset:
    """The smallest set of cases that catches every fault that is caught, the simplest of equals."""
    order = sorted(range(len(matrix.cases)), key=lambda place: (matrix.cases[place].complexity, place))
    faults = frozenset(range(count))
    cover = smallest_cover([matrix.caught[place] & faults for place in order])
    return Subset(cases=tuple(matrix.cases[order[place]].id for place in cover.chosen), exact=cover.exact)
