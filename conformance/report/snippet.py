"""One implementation's verdict as a small piece of HTML, for notebooks."""

from __future__ import annotations

import jinja2

from conformance.plain_text import clean
from conformance.report.explanation import explanation
from conformance.report.shapes import shapes
from conformance.summary import Summary

_ENVIRONMENT = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
_ENVIRONMENT.filters["seen"] = clean
_TEMPLATE = _ENVIRONMENT.from_string("""\
<div style="border-left: 4px solid {{ '#2e7d32' if good else '#c62828' }}; padding: .3em 1em">
<p><strong>{{ '✓' if good else '✗' }} {{ summary.name | seen }}</strong>: {{ summary.verdict | seen }}</p>
{% if told %}
{% for mistake in told.mistakes %}
<p><strong>What is wrong</strong>: {{ mistake.what | seen }} [<code>{{ mistake.name | seen }}</code>]<br>
<strong>Where to look</strong>: {{ mistake.hint | seen }}\
{% if mistake.extent %}<br>{{ mistake.extent | seen }}{% endif %}</p>
{% endfor %}
<p>{{ told.reach }}{% for aside in told.asides %}<br>{{ aside | seen }}{% endfor %}</p>
{% endif %}
{% if first %}<p>Simplest: <code>{{ first.case | seen }}</code><br>{% if shapes %}{{ shapes }}<br>{% endif %}\
{{ first.why | seen }}</p>{% endif %}
{% if summary.validation_line %}<p>{{ summary.validation_line }}</p>{% endif %}
<p><small>run {{ summary.run }} of {{ summary.expected }} expected:
{% for status, count in summary.counts.items() if count %}{{ status }} {{ count }}{{ ', ' if not loop.last }}\
{% endfor %}</small></p>
</div>
""")


def snippet(summary: Summary) -> str:
    """HTML for one summary; every string of the implementation is escaped."""
    first = summary.first if summary.connected else None
    return _TEMPLATE.render(
        summary=summary,
        good=summary.success,
        told=explanation(summary),
        first=first,
        shapes=shapes(first) if first is not None else "",
    )
