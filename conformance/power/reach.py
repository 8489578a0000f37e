"""A peer's reach: which faults its form can express, and which of these it notices."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.case import Case
from conformance.faults import plant
from conformance.power.bench import Try
from conformance.power.crew import Crew
from conformance.power.matrix import Matrix
from conformance.power.peers import Peer, notice
from conformance.power.power import PeerPower

#: Why a fault is outside of a peer's form where the peer itself says nothing of it.
_NOT_SHOWN = "no configuration or answer of its form shows it"


def measure_peer(peer: Peer, matrix: Matrix, faults: Sequence[str], crew: Crew) -> PeerPower:
    """The power of a peer on faults of a matrix.

    A fault is in its reach when the peer notices it, or when it is caught by a case of ours once that is written in the
    peer's form; but not where the peer's form asks for just that, or has no place for it.
    """
    within = [fault for fault in faults if fault not in peer.outside]
    caught = [fault for fault in within if notice(peer, plant({fault: None})) is not None]
    tries: list[Try] = [((fault,), _formed(peer, matrix, fault)) for fault in within if fault not in caught]
    never = {fault for (fault,) in crew.escapes(tries)}
    return PeerPower(
        name=peer.name,
        source=peer.source,
        cases=len(peer.cases),
        caught=tuple(caught),
        missed=tuple(fault for (fault,), _ in tries if fault not in never),
        outside={fault: peer.outside.get(fault, _NOT_SHOWN) for fault in faults if fault in {*peer.outside, *never}},
    )


def _formed(peer: Peer, matrix: Matrix, fault: str) -> list[Case]:
    """The simplest case of each file that catches a fault, in the peer's form; those first that already have it."""
    simplest: dict[tuple[str, bool], Case] = {}
    for place in matrix.catching[matrix.faults.index(fault)]:
        case = matrix.cases[place]
        formed = peer.form(case)
        if formed is not None:
            simplest.setdefault((case.file, formed == case), formed)
    return [simplest[key] for key in sorted(simplest, key=lambda key: (not key[1], key[0]))]
