"""The HTML report as a text: what it says, that nothing in a run can become markup, and that it is always the same."""

import base64
import dataclasses
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from report_runs import HOSTILE, failing, hostile_run, run
from small import record

from conformance.connection import Connection
from conformance.difference import Distance
from conformance.report.data import embed
from conformance.report.html import _PAGE, _SCRIPTS, render, write
from conformance.report.mark import MARKS
from conformance.report.matrix import matrix
from conformance.report.text import LONGEST, clean, times
from conformance.status import Status
from conformance.summary import summaries

PASS, FAIL, UNSUPPORTED = Status.PASS, Status.FAIL, Status.UNSUPPORTED


class Reader(HTMLParser):
    """The text of each element with an id, a class or a tag that a test asks for, and every tag."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.texts = [], [], {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "input", "wbr", "br"):
            self.open.append((tag, dict(attrs)))
        if tag in ("td", "th", "dt", "dd"):
            self.handle_data(" ")

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for tag, attrs in self.open:
            for name in (tag, f"#{attrs.get('id')}", *(f".{c}" for c in (attrs.get("class") or "").split())):
                self.texts[name] = self.texts.get(name, "") + data


def words(page, name):
    return " ".join(Reader(page).texts.get(name, "").split())


def data_of(page):
    return json.loads(Reader(page).texts["#data"])


def test_the_verdict_comes_first_in_a_word_a_sign_and_a_sentence():
    page = render(run(record(PASS), failing(number=1), record(FAIL, number=2, why="later")))
    card = words(page, "article")
    assert card.startswith("✗ Wrong mine expected 3 run 3 Wrong in 2 of 3 cases."), card
    assert "Simplest failing case values/made[1] output is 1, but should be 2" in card
    assert page.index("Wrong in 2 of 3") < page.index("By setting") < page.index('id="results"')


def test_what_is_right_says_so():
    page = render(run(record(PASS), record(PASS, number=1)))
    assert words(page, "article").startswith("✓ Right mine expected 2 run 2 Right in all 2 cases.")
    assert "Simplest failing" not in page


def test_all_statuses_are_counted_and_explained_zeros_too():
    page = render(run(record(PASS), record(UNSUPPORTED, number=1)))
    counts = words(page, ".counts")
    assert counts.startswith("✓ 1 pass – 1 unsupported"), counts
    for mark in MARKS.values():
        assert re.search(rf"{mark.word} \d {re.escape(mark.meaning)}", counts), f"{mark.word} is missing: {counts}"


def test_every_status_has_a_mark():
    assert list(MARKS) == list(Status)


def test_an_implementation_that_is_not_connected_gets_its_sentence_and_its_code():
    why = "mine is not connected: it has W (3, 4). Write:\ndef load_state_dict(self, state):\n    self.W = 1"
    page = render(run(record(Status.ERROR), connections=(Connection(implementation="mine", connected=False, why=why),)))
    assert "Not connected mine" in words(page, "article")
    assert "\n    self.W = 1" in Reader(page).texts["pre"]
    assert "Simplest failing" not in page, "the sentence alone should stand there, not a first failure beside it"


def test_what_the_smoke_step_noticed_is_said():
    connection = Connection(implementation="mine", connected=True, parameters_unread=("bias_hh_l0",), notes=("slow",))
    card = words(render(run(record(PASS), connections=(connection,))), "article")
    assert "It never reads bias_hh_l0" in card
    assert "Note: slow." in card


def test_an_implementation_kept_because_it_is_wrong_is_as_expected():
    wanted = {"connected": True, "conforms_where_supported": False, "faults": [], "unnamed": True}
    met = words(render(run(record(PASS), record(FAIL, number=1), expectation=wanted)), "article")
    missed = words(render(run(record(PASS), expectation=wanted)), "article")
    assert met.startswith("✓ As expected mine")
    assert missed.startswith("✗ Not as expected mine")


def test_those_that_need_attention_come_first():
    page = render(run(record(PASS, implementation="good"), record(FAIL, implementation="bad")))
    assert re.findall(r'class="name">(\w+)<', page) == ["bad", "good"]
    assert "1 of 2 implementations is not as it should be: bad." in words(page, ".lead")


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (run(record(PASS), expected={"mine": 3}), "Incomplete This run is incomplete"),
        (run(record(PASS), complete=False), "Incomplete This run is incomplete"),
        (run(record(PASS), record(Status.SUITE_ERROR, number=1)), "Suite error 1 result is a suite error"),
    ],
)
def test_a_run_that_decides_nothing_has_a_banner(made, wanted):
    assert wanted in words(render(made), ".banner")


def test_a_complete_run_has_none():
    assert 'class="banner"' not in render(run(record(PASS)))


def test_lost_results_are_counted_side_by_side():
    page = render(run(record(PASS), expected={"mine": 3}))
    assert "mine: 1 of 3 expected cases were run." in words(page, ".banner")
    assert "! Not judged mine expected 3 run 1" in words(page, "article")
    assert "INCOMPLETE" in words(page, ".facts")


def test_no_result_at_all_is_a_page_too():
    page = render(run())
    assert "expected 0 run 0" in words(page, "article")
    assert data_of(page)["results"] == []


def test_the_provenance_is_complete():
    made = run(record(PASS))
    scope = {"where": "num_layers=1", "case": "", "dtype": "auto"}
    page = render(dataclasses.replace(made, header=dataclasses.replace(made.header, scope=scope)))
    facts = words(page, ".facts")
    wanted = (
        "complete",
        "made by hand",
        "2026-01-01T00:00:00+00:00",
        "1.5 s",
        "0" * 64,
        "where num_layers=1",
        "python 3",
    )
    for part in wanted:
        assert part in facts, f"{part} is not in: {facts}"


def test_the_same_run_gives_the_same_bytes(tmp_path):
    made = run(record(PASS), failing(number=1))
    write(made, tmp_path / "a" / "page.html")
    write(made, tmp_path / "b.html")
    assert (tmp_path / "a" / "page.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b.html"], "a partly written file was left behind"


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    target = tmp_path / "page.html"
    target.write_text("old")
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        write(run(record(PASS)), target)
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
    assert target.read_text() == "old"


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
    assert data_of(page)["texts"] == [clean(HOSTILE)]


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


@pytest.mark.parametrize(
    ("ratio", "wanted"),
    [(0, "0×"), (0.4123, "0.41×"), (1e-9, "1e-9×"), (123, "120×"), (4.2e14, "4e14×"), (float("inf"), "inf×")],
)
def test_ratios_are_short(ratio, wanted):
    assert times(ratio) == wanted


def cells(made, axis):
    block = next(block for block in matrix(summaries(made)) if block.axis == axis)
    return {row.value: row.cells[0] for row in block.rows}


def test_the_matrix_counts_each_value_of_a_setting():
    found = cells(
        run(
            record(PASS, number=0, settings={"num_layers": 1}),
            record(UNSUPPORTED, number=1, settings={"num_layers": 1}),
            failing(number=2, settings={"num_layers": 2}),
            record(UNSUPPORTED, number=3, settings={"num_layers": 10}),
        ),
        "num_layers",
    )
    assert list(found) == ["1", "2", "10"], "numbers should be in the order of numbers"
    assert [(c.passes, c.total, c.unsupported, c.symbol) for c in found.values()] == [
        (1, 2, 1, "◐"),
        (0, 1, 0, "✗"),
        (0, 1, 1, "–"),
    ]
    assert found["2"].ratio == "1e15×"


def test_the_worst_of_several_ratios_may_be_none_at_all():
    distances = {
        "output": Distance(error=float("nan"), tolerance=1.0, ratio=float("nan")),
        "h_n": Distance(error=0.5, tolerance=1.0, ratio=0.5),
    }
    found = cells(run(record(FAIL, distances=distances), record(PASS, number=1)), "asks")
    assert found["values"].ratio == "nan×"


def test_settings_of_validation_cases_do_not_count():
    made = run(record(PASS, settings={"num_layers": 1}), record(PASS, asks="validation", settings={"num_layers": 0}))
    assert list(cells(made, "num_layers")) == ["1"]
    assert list(cells(made, "asks")) == ["values", "validation"]


def test_failures_are_listed_first_and_the_simplest_of_them_first():
    found = [record(PASS), record(FAIL, number=9), record(UNSUPPORTED, number=1), record(FAIL, number=3)]
    suite = record(Status.SUITE_ERROR, number=8)
    data = data_of(render(run(*found, suite)))
    ids = [data["cases"][row[1]][0] for row in data["results"]]
    assert ids == [f"values/made[{n}]" for n in (8, 3, 9, 1, 0)]


def test_data_keeps_what_json_has_no_number_for():
    row = data_of(render(run(failing())))["results"][0]
    assert row[-1] == ["output", 1e-15, [0.0, 1.0, "nan", "inf"]]


def test_without_scripts_the_failures_are_there():
    page = render(run(*(record(FAIL, number=n, why=f"sentence {n}") for n in range(60))))
    listed = words(page, "noscript")
    assert "the first 50 of 60 failures" in listed
    assert "sentence 49" in listed
    assert "sentence 50" not in listed


def test_twenty_thousand_results_stay_small():
    base = record(PASS, asks="gradients").settings
    tensors = ("output", "h_n", "input", "h_0", *(f"weight_ih_l{n}" for n in range(8)))
    distances = {name: Distance(error=1.23456789e-16, tolerance=3.3333333e-15, ratio=0.037037037) for name in tensors}
    records = []
    for number in range(20_000):
        one = failing(number=number) if number % 4 == 0 else record(PASS, asks="gradients", number=number)
        settings = base | {"num_layers": number % 4 + 1, "bidirectional": number % 2 == 0}
        records.append(
            dataclasses.replace(one, settings=settings, why=one.why and f"{number}: {one.why}", distances=distances)
        )
    size = len(render(run(*records)).encode())
    assert size < 12_000_000, f"the page is {size:,} bytes"


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
