"""Filling a template in."""

from __future__ import annotations

from typing import Any

import jinja2

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("conformance.scaffold", "templates"),
    undefined=jinja2.StrictUndefined,
    autoescape=False,  # noqa: S701 -- it writes Python
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def _block(lines: list[str], indent: int) -> str:
    return "\n".join(" " * indent + line for line in lines)


_TEMPLATES.filters["block"] = _block


def render(template: str, **values: Any) -> str:
    """The text of a template, with these values in it."""
    return _TEMPLATES.get_template(template).render(**values)
