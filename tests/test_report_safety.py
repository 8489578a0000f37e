"""The HTML report: nothing in a run can become markup or script, and everyone can read its colours."""

import base64
import hashlib
import json
import re

import pytest
from report_runs import HOSTILE, Reader, data_of, failing, hostile_run, run, words
from small import record

from conformance.plain_text import LONGEST, clean
from conformance.report.data import embed
from conformance.report.html import _PAGE, _SCRIPTS, render
from conformance.status import Status

PASS, FAIL, UNSUPPORTED = Status.PASS, Status.FAIL, Status.UNSUPPORTED


def test_the_policy_names_exactly_this_style_and_script():
    page = render(run(record(PASS)))
    policy = next(a["content"] for t, a in Reader(page).tags if a.get("http-equiv") == "Content-Security-Policy")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    for kind, text in (("style", style), ("script", script)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.index("Content-Security-Policy") < page.index("<style>"), "a policy binds only what comes after it"


def test_the_page_asks_for_nothing_and_runs_nothing_of_its_data():
    page = render(run(failing()))
    for tag, attrs in Reader(page).tags:
        assert not [name for name in attrs if name.startswith("on") or name == "style"], (tag, attrs)
        for name in ("src", "href"):
            assert attrs.get(name, "#").startswith(("#", "data:,")), (tag, attrs)
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    for sink in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(", "fetch("):
        assert sink not in script


def test_hostile_texts_stay_texts():
    page = render(hostile_run())
    assert "<img" not in page
    assert page.lower().count("</script>") == 2, "a text closed a script element"
    assert {"\u202e", "\x1b", "\u2028"} & set(page) == set()
    assert "{{ 7 * 7 }}" in words(page, "article"), "texts are not templates"
    assert set(data_of(page)["texts"]) == {clean(HOSTILE), ""}, "the sample of a training case is cleaned too"


def test_data_cannot_end_its_element():
    text = embed({"<": ["</script>", "<!--", "&amp;"], "a": float("nan"), "b": 1.5})
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"<": ["</script>", "<!--", "&amp;"], "a": "nan", "b": 1.5}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain\ttext\nlines", "plain\ttext\nlines"),
        ("\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07", "red link"),
        ("a\u202eb\u2066c\u200bd\ufeff", "abcd"),
        ("half a pair \ud800", "half a pair "),
        ("a\r\nb\u2028c\x00", "a\nb\nc"),
        ("x" * (LONGEST + 1), "x" * LONGEST + " … (cut here: 2,001 characters in all)"),
    ],
)
def test_texts_are_cleaned(text, wanted):
    assert clean(text) == wanted


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_can_be_read_on_every_ground(theme):
    style = (_PAGE / "page.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style)
    colours = {name: (light, dark)[theme] for name, light, dark in pairs}
    for text in ("text", "quiet", "link", "good", "bad", "warn"):
        for ground in ("page", "sheet", "bad-tint", "warn-tint"):
            light, dark = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
            contrast = (light + 0.05) / (dark + 0.05)
            assert contrast >= 4.5, f"{text} on {ground} is {contrast:.2f}, but should be at least 4.5"


def test_every_part_of_the_script_is_in_the_page():
    parts = {p.name for p in _PAGE.iterdir() if p.name.endswith(".js")}
    assert parts == set(_SCRIPTS)
    page = render(run(record(PASS)))
    for name in parts:
        assert (_PAGE / name).read_text(encoding="utf-8") in page
