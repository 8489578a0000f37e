"""`faults [ID]`: the dictionary of mistakes that a diagnosis can name."""

from __future__ import annotations

import difflib
import json

import click

from conformance.cli.options import Failure
from conformance.report.text import wrapped
from conformance.summary import EXIT_USAGE


@click.command()
@click.argument("identity", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout and nothing else.")
def faults(identity: str | None, *, as_json: bool) -> None:
    """List the mistakes that a diagnosis can name, or show one: where to look, and the values it is tried at."""
    # NumPy and the reference are needed only here.
    from conformance.faults import BY_ID, DICTIONARY, EQUIVALENT, Fault  # noqa: PLC0415

    if identity is not None and identity not in BY_ID:
        near = difflib.get_close_matches(identity, BY_ID, n=3, cutoff=0.4)
        perhaps = f" (perhaps {', '.join(near)})" if near else ""
        raise Failure(
            f"{identity} is not in the dictionary, but should be one that `rnn-conformance faults` lists{perhaps}",
            EXIT_USAGE,
        )
    chosen: tuple[Fault, ...] = (*DICTIONARY, *EQUIVALENT) if identity is None else (BY_ID[identity],)
    if as_json:
        documents = [
            {
                "id": fault.id,
                "part": fault.part,
                "what": fault.sentence(fault.values[0]),
                "hint": fault.hint,
                "values": list(fault.values) if fault.name else [],
                "equivalent": fault.equivalent,
            }
            for fault in chosen
        ]
        click.echo(json.dumps(documents, indent=2))
        return
    for fault in chosen:
        click.secho(fault.id, bold=True)
        sentence = fault.sentence(fault.values[0])
        lines = [sentence, f"Nothing can observe it: {fault.equivalent}."] if fault.equivalent else [sentence]
        if identity is not None:
            lines += [f"Where to look: {fault.hint}"]
            lines += [f"Tried at: {'; '.join(map(str, fault.values))}."] if fault.name else []
        for line in lines:
            click.echo("\n".join(wrapped(line, "  ")))
    if identity is None:
        click.echo(f"\n{len(DICTIONARY)} mistakes, and {len(EQUIVALENT)} changes that nothing can observe.")
