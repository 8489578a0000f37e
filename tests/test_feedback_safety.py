"""Feedback: whatever a submission says is text in every format, and each check sees what would not be."""

import base64
import dataclasses
import json
import re
import unicodedata
from xml.etree import ElementTree as ET

import pytest
from feedback_runs import COMMANDS, FORMATS, command, everything_visible, gated, wrong
from report_runs import HOSTILE, failing
from small import record
from test_plain_text import BIDI, IGNORED

from conformance.connection import Connection
from conformance.feedback import annotations, classroom, gradescope, job_summary, junit
from conformance.feedback.markdown import plain
from conformance.report import html, terminal
from conformance.status import Status

markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed, so Markdown is not rendered")

UNSEEN = f"\x00\x01\x08\x1b[31m\x1b]0;title\x07\x9b31m\x7f\x85{BIDI}{IGNORED}\ud800\udfff\ufdd0\ufffe\uffff"
TEXTS = {
    "report": HOSTILE,
    "unseen": f"a{UNSEEN}b",
    "xml": "]]></failure></testcase><testcase name='forged' classname=\"x\"/><!-- & &amp; &#0; <?x?>",
    "commands": "x\n::error file=a::b\n  ::stop-commands::t\r::add-mask::x\u2028::set-output name=a::b ##[add-mask]c %0A::d::",
    "properties": "a,file=b,col=7,endLine=9,title=c::error::d%2C%3A%0A%25",
    "blocks": "# h\n\n- a\n\n> q\n\n| a | b |\n|---|---|\n| c | d |\n\n---\n\n    code\n\nh\n===\n\n[r]: http://e.test\n\n1. x",
    "inline": "**b** _i_ ~~s~~ `c` ![i](http://e.test/i) [l](http://e.test) [r] <b>x</b> <http://e.test> \\ &copy;",
    "links": "http://e.test www.e.test a@e.test @octocat #1 octo/cat#1 HTTPS://E.TEST mailto:a@e.test",
    "fences": "```\n</details>\n````\n~~~~\n" + "`" * 99 + "\n<script>alert(1)</script>",
    "html": "</details></summary><script>alert(1)</script><img src=x onerror=alert(1)><!--",
    "template": "{{ 7 * 7 }} ${{ github.token }} ${x} %s {0}",
    "empty": "",
    "spaces": " \n\t ",
    "long": "x" * 30_000 + "\n" + "y " * 30_000,
}
RUNS = [(name, seen) for name in TEXTS for seen in (True, False)]


def made(name, *, visible):
    run = wrong(TEXTS[name])
    return everything_visible(run) if visible else run


@pytest.fixture(params=RUNS, ids=lambda pair: f"{pair[0]}-{'all visible' if pair[1] else 'some hidden'}")
def hostile(request):
    """A run in which every text is the submission's, and the same where it says nothing unusual."""
    name, visible = request.param
    plainly = wrong("off by 1")
    return made(name, visible=visible), everything_visible(plainly) if visible else plainly


def skeleton(text):
    """Every element and attribute name of an XML document, in order."""
    return [(e.tag, sorted(e.keys())) for e in ET.fromstring(text).iter()]


def test_junit_has_the_same_elements_whatever_is_said(hostile):
    run, plainly = hostile
    assert skeleton(junit.render(run)) == skeleton(junit.render(plainly))


def test_the_xml_reader_sees_what_is_not_escaped():
    for name in ("unseen", "xml", "html"):
        with pytest.raises((ET.ParseError, UnicodeEncodeError)):
            ET.fromstring(f"<a>{TEXTS[name]}</a>")
    with pytest.raises(ET.ParseError):
        ET.fromstring("<a>\ufffe</a>")


def test_every_line_of_annotations_is_one_of_ours(hostile):
    text = annotations.render(hostile[0], path="src/mine.py")
    lines = text.splitlines()
    assert 1 < len(lines) <= 10
    assert text.count("\n") == len(lines)
    for line in lines:
        name, properties, data = command(line)
        assert name in ("error", "notice")
        assert set(properties) <= {"title", "file", "line"}
        assert properties.get("file", "src/mine.py") == "src/mine.py"
        assert "title" in properties
        # The runner writes the message of an annotation into the log, and whoever reads that may do so as it does.
        assert not any(command(part) for part in data.splitlines()), data


def test_an_annotation_says_exactly_what_was_said():
    for text in (TEXTS["properties"], "100 %, 5%0A %25 %3A", "a: b, c"):
        found = [command(line) for line in annotations.render(wrong(text)).splitlines()]
        assert found[0][1] == {"title": f"What is wrong: {text}: {text}"}
        assert found[0][2] == f"Where {text}: {text}\nWhere to look: {text}"


def test_the_reader_of_commands_sees_what_is_not_escaped():
    naive = f"::error title=x::{TEXTS['commands']}"
    assert {command(line)[0] for line in naive.splitlines() if command(line)} > {"error", "stop-commands", "add-mask"}
    assert command(f"::error title={TEXTS['properties']}::x")[1]["file"] == "b"
    assert "debug" in COMMANDS


def test_no_output_is_obeyed_by_a_ci_system_that_prints_it(hostile):
    run = hostile[0]
    texts = {name: render(run) for name, render in FORMATS.items() if name != "annotations"}
    result = json.loads(base64.b64decode(texts.pop("classroom")))
    # What GitHub's reporter prints: src/console-results.js.
    texts |= {
        f"classroom {n}": f"{t['name']}\n{t.get('message', '')}\n{t['test_code']}"
        for n, t in enumerate(result["tests"])
    }
    for name, text in (texts | {"terminal": terminal.render(run)}).items():
        obeyed = [line for line in text.splitlines() if command(line)]
        assert obeyed == [], name


def test_nothing_unseen_is_in_any_output(hostile):
    for name, render in FORMATS.items():
        text = render(hostile[0])
        if name == "job summary":
            text = text.replace("\u2060", "")  # ours: it keeps an address from being a link
        elif name == "classroom":
            text = base64.b64decode(text).decode()
        if name in ("gradescope", "classroom", "document"):
            text = json.dumps(json.loads(text), ensure_ascii=False).replace("\\n", "\n").replace("\\t", "\t")
        seen = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs")} - {"\n", "\t"}
        assert not seen, f"{name} holds {sorted(map(hex, map(ord, seen)))}"
        text.encode()  # fails on half a pair


@pytest.mark.parametrize("name", TEXTS)
def test_a_sentence_on_why_it_is_not_connected_is_text_too(name):
    connection = Connection(implementation="mine", connected=False, why=f"why\n{TEXTS[name]}")
    made = gated(record(Status.ERROR), connections=(connection,))
    for form, render in FORMATS.items():
        text = render(made)
        obeyed = [line for line in text.splitlines() if command(line)]
        assert obeyed == [] or form == "annotations", form
        assert {c for c in text if unicodedata.category(c) in ("Cc", "Cs")} <= {"\n", "\t"}, form
    assert skeleton(junit.render(made)) == skeleton(junit.render(dataclasses.replace(made, connections=())))


def test_json_is_read_back_with_the_same_fields(hostile):
    run, plainly = hostile
    for name in ("gradescope", "document"):
        mine, usual = (json.loads(FORMATS[name](r)) for r in (run, plainly))
        assert set(mine) == set(usual)
    mine, usual = (json.loads(base64.b64decode(classroom.render(r, 10))) for r in (run, plainly))
    assert [{k: v for k, v in t.items() if k in ("status", "score")} for t in mine["tests"]] == [
        {k: v for k, v in t.items() if k in ("status", "score")} for t in usual["tests"]
    ]


def test_gradescope_is_never_asked_to_render_a_text(hostile):
    result = json.loads(gradescope.render(hostile[0], 10))
    assert result["output_format"] == result["test_output_format"] == result["test_name_format"] == "text"
    assert all("output_format" not in test and "name_format" not in test for test in result["tests"])
    longest = max(len(text) for test in result["tests"] for text in (test["name"], test["output"]))
    assert max(longest, len(result["output"])) < 100_000, "the platform would cut it in the middle"


def rendered(markdown):
    """Every element that GitHub's kind of Markdown makes of a text, in order, with links found as eagerly as may be."""
    reader = markdown_it.MarkdownIt("gfm-like", {"html": True, "linkify": True})
    tokens = [child for token in reader.parse(markdown) for child in (token, *(token.children or ()))]
    kept = [t for t in tokens if t.type not in ("text", "softbreak", "text_special")]
    return [(t.type, t.tag, t.content if t.type.startswith("html") else "") for t in kept]


def test_the_job_summary_has_the_same_elements_whatever_is_said(hostile):
    run, plainly = hostile
    found = rendered(job_summary.render(run))
    assert found == rendered(job_summary.render(plainly))
    kinds = {kind for kind, _, _ in found}
    assert not kinds & {"link_open", "image", "html_inline", "em_open", "strikethrough_open", "code_inline"}
    assert {content.strip() for kind, _, content in found if kind == "html_block"} == {
        "<details><summary>By case file</summary>",
        "</details>",
    }


def test_no_address_name_or_number_is_left_that_github_would_link():
    text = plain(TEXTS["links"]).replace("\\", "")
    assert re.findall(r"@\w|://|www\.|#\d", TEXTS["links"]), "there should be some"
    assert re.findall(r"@\w|://|www\.|#\d", text, re.IGNORECASE) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("blocks", "heading_open"), ("inline", "image"), ("inline", "html_inline"), ("links", "link_open"),
     ("html", "html_block"), ("fences", "fence"), ("blocks", "table_open")],
)  # fmt: skip
def test_the_renderer_of_markdown_sees_what_is_not_escaped(name, kind):
    assert kind in {found for found, _, _ in rendered(f"x\n\n{TEXTS[name]}")}
    inside = rendered(f"x\n\n{plain(TEXTS[name])}")
    assert {found for found, _, _ in inside} == {"paragraph_open", "paragraph_close", "inline"}, inside


def test_a_job_summary_stays_below_the_limit_whatever_the_run_holds():
    long = "`" * 1000 + "\U0001f600" * 5000
    records = [failing(number=n, implementation=long) for n in range(40)]
    for n, r in enumerate(records):
        object.__setattr__(r, "case", f"values/{n}{long}[0]")
        object.__setattr__(r, "why", long)
    text = job_summary.render(gated(*records))
    assert len(text.encode()) < 1 << 20
    many = [failing(number=n) for n in range(9000)]
    for n, r in enumerate(many):
        object.__setattr__(r, "case", f"values/{n:05}{'a' * 200}[0]")
    text = job_summary.render(gated(*many))
    assert len(text.encode()) < 1 << 20
    assert "Not passed" in text
    assert text.endswith("The rest is left out: a summary has room for 1 MiB.\n")


def test_the_page_and_the_terminal_hold_no_markup_of_a_submission(hostile):
    page = html.render(hostile[0])
    assert page.count("<script") == html.render(hostile[1]).count("<script")
    for markup in ("<img", "<b>x", "<!-- &"):
        assert markup not in page
    assert "\x1b]" not in terminal.render(hostile[0])
