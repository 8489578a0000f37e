"""The report: a run as one HTML file that needs no network, server or other file, and trusts nothing that it shows."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2

from conformance import whole_file
from conformance.plain_text import clean
from conformance.record import Run
from conformance.report.axis import CASE_FILE
from conformance.report.card import cards
from conformance.report.data import PageData, embed, ordered
from conformance.report.gate import facts, no_verdict
from conformance.report.mark import MARKS
from conformance.report.matrix import matrix
from conformance.report.strength import Strength, strength_beside
from conformance.status import Status
from conformance.summary import WRONG, summaries

_PAGE = files("conformance.report") / "page"
#: One script in the order of its parts, each of which uses only those before it.
_SCRIPTS = ("results.js", "state.js", "element.js", "chart.js", "curve.js", "detail.js", "list.js", "start.js")
#: How many failures are listed for a browser that runs no scripts.
_WITHOUT_SCRIPTS = 50


def render(run: Run, strength: Strength | None = None) -> str:
    """The report of a run, and of the power of its suite where that is known; the same of both gives the same bytes."""
    style = (_PAGE / "page.css").read_text(encoding="utf-8")
    script = "".join((_PAGE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    page = _environment().get_template("page.html")
    return page.render(
        **_found(run),
        strength=strength,
        marks=MARKS,
        style=style,
        script=script,
        style_hash=_source_hash(style),
        script_hash=_source_hash(script),
    )


def _found(run: Run) -> dict[str, Any]:
    """What the template shows of a run, by the names that it uses."""
    records = ordered(run)
    summarized = summaries(run)
    blocks = matrix(summarized)
    failures = [r for r in records if r.status in WRONG]
    return {
        "run": run,
        "header": run.header,
        "scope": _scope(run),
        "no_verdict": no_verdict(run.header.gate),
        "gate": () if run.header.gate is None else facts(run.header.gate),
        "summaries": summarized,
        "cards": cards(run, summarized, records),
        "lacking": [s for s in summarized if s.run < s.expected],
        "suite_errors": sum(s.counts[Status.SUITE_ERROR] for s in summarized),
        "blocks": [block for block in blocks if block.axis != CASE_FILE],
        "files": [block for block in blocks if block.axis == CASE_FILE],
        "failures": failures[:_WITHOUT_SCRIPTS],
        "failure_count": len(failures),
        "data": embed(PageData(run, records).tables()),
    }


def write(run: Run, path: Path, *, records: Path | None = None) -> None:
    """Write the report of a run; a reader of `path` sees the old file or the new one, never half of one.

    `records` is the folder of its record file, that of `path` if not given: the power of the suite is shown where it
    lies beside. Raises OSError where the report cannot be written.
    """
    page = render(run, strength_beside(records or path.parent, run.header.suite_digest))
    path.parent.mkdir(parents=True, exist_ok=True)
    whole_file.write(path, page)


def _scope(run: Run) -> str:
    """What the run was narrowed to, or nothing."""
    return ", ".join(f"{name} {value}" for name, value in run.header.scope.items() if value not in ("", "auto"))


def _environment() -> jinja2.Environment:
    """Every text that the template shows is cleaned and escaped, and an unknown name is an error."""
    return jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_harmless,
        loader=jinja2.PackageLoader("conformance.report", "page"),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _harmless(value: Any) -> Any:
    """Clean what is shown; the page's own style, script and data are marked as safe by the template."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _source_hash(source: str) -> str:
    """What a content security policy names an inline style or script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
