"""How a submission was shut in, in words."""

from __future__ import annotations

from conformance.record import Gate, GateLayer


def no_verdict(gate: Gate | None) -> str:
    """Why a run is none, where it was shut in too weakly; or nothing."""
    if gate is None or gate.verdict:
        return ""
    return f"NOT A VERDICT: level {gate.level} keeps accidents in, not attacks, so this run is advice alone."


def facts(gate: Gate) -> tuple[tuple[str, str], ...]:
    """Names and texts: what was judged, behind which layers, with what allowed."""
    found = [
        ("submission", gate.submission),
        ("sha256", gate.sha256),
        ("level", f"{gate.level}, on {gate.system}" + ("" if gate.verdict else " (NOT A VERDICT)")),
        ("layers", layers(gate) or "none"),
        ("without", ", ".join(_layer(layer) for layer in gate.layers if not layer.active)),
        ("limits", ", ".join(f"{name} {value:g}" for name, value in gate.limits.items())),
        ("torch", "may be imported" if gate.with_torch else "cannot be imported"),
    ]
    return tuple((name, text) for name, text in found if text)


def sentence(gate: Gate) -> str:
    """The same, for a terminal."""
    weaker = [layer.name for layer in gate.layers if not layer.active]
    without = f"; without {', '.join(weaker)}" if weaker else ""
    held = layers(gate) or "no layer"
    read = f" (sha256 {gate.sha256[:12]})" if gate.sha256 else ""
    torch = " It could import torch, and so torch.nn.RNN." if gate.with_torch else ""
    return f"{gate.submission}{read} was shut in at level {gate.level}: {held}{without}.{torch}"


def layers(gate: Gate) -> str:
    """The layers that held, by name."""
    return ", ".join(_layer(layer) for layer in gate.layers if layer.active)


def _layer(layer: GateLayer) -> str:
    return f"{layer.name} ({layer.version})" if layer.version else layer.name
