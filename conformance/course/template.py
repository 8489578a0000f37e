"""Filling a template in."""

from __future__ import annotations

import shlex

import jinja2

from conformance.course.assignment import TORCH, Assignment

#: Shell and GitHub's workflows have braces of their own: ours are told apart by an @.
_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("conformance", "templates/course"),
    undefined=jinja2.StrictUndefined,
    autoescape=False,  # noqa: S701 -- it writes shell, and every value in a script goes through `shell`
    variable_start_string="{@",
    variable_end_string="@}",
    comment_start_string="{@#",
    comment_end_string="#@}",
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_TEMPLATES.filters["shell"] = shlex.quote


def render(template: str, assignment: Assignment, place: str = "") -> str:
    """The text of a template, named without its ending; `place` says, after a comma, where the file is handed in."""
    return _TEMPLATES.get_template(f"{template}.jinja").render(it=assignment, torch=TORCH, place=place)
