"""One implementation's verdict as a small piece of HTML, for notebooks."""

from __future__ import annotations

import jinja2

from conformance.summary import Summary

_TEMPLATE = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string("""\
<div style="border-left: 4px solid {{ '#2e7d32' if good else '#c62828' }}; padding: .3em 1em">
<p><strong>{{ '✓' if good else '✗' }} {{ summary.name }}</strong>: {{ summary.verdict }}</p>
{% if first %}<p>Simplest: <code>{{ first.case }}</code><br>{{ first.why }}</p>{% endif %}
{% if summary.validation_line %}<p>{{ summary.validation_line }}</p>{% endif %}
<p><small>run {{ summary.run }} of {{ summary.expected }} expected:
{% for status, count in summary.counts.items() if count %}{{ status }} {{ count }}{{ ', ' if not loop.last }}\
{% endfor %}</small></p>
</div>
""")


def snippet(summary: Summary) -> str:
    """HTML for one summary; every string of the implementation is escaped."""
    return _TEMPLATE.render(
        summary=summary,
        good=summary.conforms_where_supported,
        first=summary.first if summary.connected else None,
    )
