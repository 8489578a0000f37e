"""The diagnosis campaign: every fault in two implementations, random pairs, and wrong ones that have no name.

`RNN_CONFORMANCE_SOAK_CHECKS` of 10,000 (unless told otherwise) means all of it; with fewer, a sample on a sample of the
cases: CI's 500 are every 12th fault, 10 pairs, one seed and every 5th that has no name.
"""

import concurrent.futures
import itertools
import os
import random
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "planted"), str(TESTS / "subjects")]
CHECKS = int(os.environ.get("RNN_CONFORMANCE_SOAK_CHECKS", "10000"))
WHOLE = CHECKS >= 10_000
PAIRS = 200 if WHOLE else 10
SEED = int(os.environ.get("RNN_CONFORMANCE_SOAK_SEED", "0"))


def network(kind, ids):
    if kind == "reference":
        from conformance.faults import plant
    else:
        from second_style import plant
    return plant(dict.fromkeys(ids))


def named(kind, ids):
    """What is named when these faults are planted in one of the two implementations."""
    from diagnosed import diagnose, names

    found = diagnose(network(kind, ids), "+".join(ids), whole=WHOLE)
    return names(found), found.seconds if found else 0.0


def masked_by(ids):
    """A smaller set of faults with which a pair's every answer agrees to within rounding, or None."""
    from diagnosed import laboratory

    from conformance.diagnosis import told_apart

    plan, runner = laboratory(WHOLE)
    return told_apart.smaller(dict.fromkeys(ids), [(case, runner.expected(case)) for case in plan.cases])


def everywhere(function, *arguments):
    """Calls in processes of their own, one a core."""
    with concurrent.futures.ProcessPoolExecutor() as pool:
        return list(pool.map(function, *arguments))


@pytest.mark.parametrize("kind", ["reference", "second"])
def test_every_fault_is_named_where_it_is_planted(kind, capsys):
    from conformance.faults import DICTIONARY

    chosen = [(fault.id,) for fault in DICTIONARY[:: 1 if WHOLE else 12]]
    found = everywhere(named, itertools.repeat(kind), chosen)
    misnamed = [f"{ids[0]}: {sorted(got)}" for ids, (got, _) in zip(chosen, found, strict=True) if got != set(ids)]
    with capsys.disabled():
        slowest = max(seconds for _, seconds in found)
        print(
            f"\n{len(chosen)} faults planted in the {kind} implementation: {len(chosen) - len(misnamed)} named right; "
            f"the slowest diagnosis took {slowest:.1f} s"
        )
    assert not misnamed


def test_random_pairs_are_named_exactly(capsys):
    from conformance.faults import DICTIONARY

    # One fault that no number tells, and one that makes every number another in every call.
    ids = [fault.id for fault in DICTIONARY if fault.id not in ("parameters-ignored", "nondeterministic")]
    source = random.Random(SEED)
    pairs, masked = [], []
    pool = list(itertools.combinations(ids, 2))
    source.shuffle(pool)
    while len(pairs) < PAIRS:
        batch = [pool.pop() for _ in range(PAIRS - len(pairs))]
        smaller = everywhere(masked_by, batch)
        masked += [(pair, by) for pair, by in zip(batch, smaller, strict=True) if by is not None]
        pairs += [pair for pair, by in zip(batch, smaller, strict=True) if by is None]
    found = everywhere(named, itertools.repeat("reference"), pairs)
    misnamed = [(pair, sorted(got)) for pair, (got, _) in zip(pairs, found, strict=True) if got != set(pair)]
    with capsys.disabled():
        print(f"\n{len(masked)} of {len(masked) + len(pairs)} pairs are masked by fewer faults:")
        print(*(f"  {' + '.join(pair)}: as {by or 'none'}" for pair, by in masked), sep="\n")
        print(f"{len(pairs)} pairs: {len(pairs) - len(misnamed)} named exactly; otherwise:")
        print(*(f"  {' + '.join(pair)}: {got}" for pair, got in misnamed), sep="\n")
    assert len(misnamed) <= 0.05 * len(pairs)


#: Of the ways to multiply, those that also know what to do without a sequence in the batch.
STYLES = ("Blas", "ColumnMajor", "Einsum", "ReversedK", "SplitK", "Wide")


def diagnosed_though_right(seed, dtype):
    """The honest styles that are said to have a fault, with the numbers of one seed."""
    from diagnosed import diagnose, laboratory
    from variants import variants

    found = [name for name in sorted(variants()) if name.startswith(STYLES)]
    chosen = [next(name for name in found[seed:] + found if name.startswith(style)) for style in STYLES]
    wrong = [name for name in chosen if diagnose(variants()[name], name, seed=seed, dtype=dtype) is not None]
    laboratory.cache_clear()
    return wrong


def test_no_right_implementation_gets_a_diagnosis(capsys):
    seeds = range(SEED, SEED + (20 if WHOLE else 1))
    tried = list(itertools.product(seeds, ("float64", "float32")))
    found = everywhere(diagnosed_though_right, *zip(*tried, strict=True))
    with capsys.disabled():
        print(
            f"\n{len(STYLES)} honest styles, {len(seeds)} seeds, both dtypes: {sum(map(len, found))} have a diagnosis"
        )
    assert not any(found), f"these are right, yet have a diagnosis: {found}"


def unnamed(path):
    from diagnosed import diagnose

    from conformance import discovery

    return diagnose(discovery.load(discovery.parse(path)), adapted=True, whole=WHOLE)


def test_what_is_not_in_the_dictionary_gets_no_name():
    paths = sorted(str(path) for path in (TESTS / "subjects" / "unnamed").glob("*.py"))[:: 1 if WHOLE else 5]
    for path, found in zip(paths, everywhere(unnamed, paths), strict=True):
        assert found is not None, f"{path} is not found wrong"
        assert not found.findings, f"{path} is called {[f.id for f in found.findings]}"
