"""The report in a real browser, opened as a file with the network off.

Each test fails on its own if the page logs an error, breaks its content security policy or asks for anything.
"""

import dataclasses
import functools
import math
import os
import re
import shutil

import pytest
from report_runs import HOSTILE, diagnosed, failing, finding, hostile_run, power, run, trained
from small import record

from conformance.plain_text import clean
from conformance.report.html import write
from conformance.status import Status

playwright = pytest.importorskip(
    "playwright.sync_api", reason="Playwright is not installed, so the report is not opened in a browser"
)
expect = playwright.expect
pytestmark = pytest.mark.browser

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PLAIN = {"media": "null", "color_scheme": "light", "forced_colors": "none", "reduced_motion": "no-preference"}
_QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


@pytest.fixture(scope="module")
def browser():
    program = os.environ.get("RNN_CONFORMANCE_CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if program is None:
        pytest.skip("there is no Chromium on this machine; RNN_CONFORMANCE_CHROMIUM can name one")
    # Chromium refuses to start its sandbox as root.
    rootly = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=_QUIET + rootly)
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(browser):
    """Blank pages by number, which tests use again, since a new one costs more than most tests."""

    @functools.cache
    def blank(number, *, scripts):
        page = browser.new_context(offline=True, java_script_enabled=scripts).new_page()
        page.set_default_timeout(10_000)
        return page

    return blank


class Watched:
    """Opens runs, each in a page that shows nothing else, and notes what they must not do."""

    def __init__(self, pages, folder):
        self._pages, self._folder = pages, folder
        self._opened, self.complaints = [], []

    def open(self, made, address="", *, size=(1280, 800), scripts=True, **media):
        path = self._folder / f"page{len(self._opened)}.html"
        write(made, path)
        page = self._pages(len(self._opened), scripts=scripts)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(**_PLAIN | media)
        watch = {
            "console": lambda message: self.complaints.append(f"console {message.type}: {message.text}"),
            "pageerror": lambda error: self.complaints.append(f"error: {error}"),
            "dialog": lambda box: (self.complaints.append(f"a script ran: {box.message}"), box.dismiss()),
            "request": lambda asked: self._asked(asked.url, path.as_uri()),
        }
        for event, note in watch.items():
            page.on(event, note)
        self._opened.append((page, watch))
        page.goto(path.as_uri() + address)
        if scripts:
            page.locator("html[data-ready]").wait_for(state="attached")
        return page

    def close(self):
        """Leave blank pages behind; what was noted until then counts."""
        for page, watch in self._opened:
            page.goto("about:blank")
            for event, note in watch.items():
                page.remove_listener(event, note)

    def _asked(self, url, own):
        if url.partition("#")[0] not in (own, "about:blank") and not url.startswith("data:"):
            self.complaints.append(f"request: {url}")


@pytest.fixture
def watched(pages, tmp_path):
    watching = Watched(pages, tmp_path)
    yield watching
    watching.close()
    assert watching.complaints == []


def several():
    """Two implementations: `bad` fails twice in six, `good` declines once in six."""
    records = []
    for number in range(6):
        settings = {"num_layers": number % 3 + 1}
        wrong = failing(number=number, settings=settings, implementation="bad", file="cases/values/made.yaml", line=7)
        right = record(number=number, settings=settings, implementation="bad")
        records.append(wrong if number in (2, 5) else right)
        status = Status.UNSUPPORTED if number == 4 else Status.PASS
        records.append(record(status, number=number, settings=settings, implementation="good"))
    return run(*records)


def rows(page):
    return page.locator("#rows tr")


def inside(page, locator):
    box = locator.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= page.viewport_size["height"]


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["wide", "narrow"])
def test_the_first_screen_answers(watched, size):
    wrong = (failing(number=7), failing(number=8))
    made = run(*(record(number=n) for n in range(5)), *wrong, description="By hand.", origin="my_rnn.py")
    named = finding("relu-leaky", value="0.01", what="Below zero, relu does not give zero: it leaks.")
    page = watched.open(diagnosed(made, named), size=size)
    for answer in (
        page.locator("article .name", has_text="mine"),
        page.get_by_text("Wrong in 2 of 7 cases."),
        page.get_by_text("it leaks."),
        page.get_by_text("Where relu-leaky is."),
        page.get_by_text("This mistake reproduces both wrong cases"),
        page.locator(".first .case", has_text="values/made[7]"),
        page.locator(".first").get_by_text("output is 1, but should be 2"),
        page.locator(".first pre", has_text="rnn-conformance cases show 'values/made[7]'"),
    ):
        assert inside(page, answer), f"{answer} is not in the first screen"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.evaluate("document.compatMode") == "CSS1Compat"


def test_hostile_texts_run_nowhere(watched):
    page = watched.open(hostile_run())
    page.locator("[data-open]").click()
    expect(page.locator("#result-case")).to_have_text(clean(HOSTILE))
    assert page.locator("img").count() == 0
    page.locator(".close").click()
    page.locator(".cell").first.click()
    expect(rows(page)).to_have_count(1)
    learned = watched.open(hostile_run(), "#status=pass")
    rows(learned).first.get_by_role("button").click()
    expect(learned.locator(".samples pre")).to_have_text(clean(HOSTILE))
    expect(learned.locator(".legend")).to_contain_text(clean(HOSTILE).splitlines()[0])
    assert learned.locator("img").count() == 0


def test_the_watch_sees_a_script_that_slipped_in(pages, tmp_path):
    watching = Watched(pages, tmp_path)
    page = watching.open(run(record()))
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"alert(1)\">')")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"http://example.invalid/x.png\">')")
    page.wait_for_timeout(200)
    watching.close()
    told = "\n".join(watching.complaints)
    assert "Content Security Policy" in told, told
    assert "a script ran" not in told, "the policy should have stopped it"


def test_failures_stand_alone_first_and_filters_narrow_them(watched):
    page = watched.open(several())
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first).to_contain_text("✗ fail")
    expect(page.locator("#showing")).to_have_text("1–3 of 3 results")
    page.locator("#status").select_option("all")
    expect(rows(page)).to_have_count(12)
    page.locator("#implementation").select_option("bad")
    expect(rows(page)).to_have_count(6)
    page.locator("#setting").select_option("num_layers=3")
    expect(rows(page)).to_have_count(2)
    page.locator("#text").fill("MADE[5]")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="remove the filter num_layers=3").click()
    page.locator("#text").fill("should be 2")
    expect(rows(page)).to_have_count(2)
    page.locator("#text").fill("nothing like it")
    expect(page.locator("#showing")).to_have_text("No result matches.")


def test_the_address_holds_the_state(watched):
    page = watched.open(several())
    page.locator("#status").select_option("all")
    page.locator("#implementation").select_option("good")
    page.locator("#setting").select_option("num_layers=2")
    page.locator("#text").fill("made")
    expect(rows(page)).to_have_count(2)
    address = page.url.partition("#")[2]
    again = watched.open(several(), "#" + address)
    expect(rows(again)).to_have_count(2)
    expect(again.locator("#implementation")).to_have_value("good")
    expect(again.locator("#text")).to_have_value("made")
    expect(again.get_by_role("button", name="remove the filter num_layers=2")).to_be_visible()
    again.get_by_role("link", name="provenance").click()
    expect(rows(again)).to_have_count(2)


def test_an_address_of_another_report_does_no_harm(watched):
    page = watched.open(several(), "#status=gone&num_layers=99&page=-3&open=nobody&text=%E0%A4%A")
    page.locator("#status").select_option("all")
    page.locator("#text").fill("")
    expect(rows(page)).to_have_count(12)


def test_a_cell_lists_its_results(watched):
    page = watched.open(several())
    page.get_by_role("button", name="✗ 0/2").first.click()
    expect(rows(page)).to_have_count(2)
    expect(page.locator("#implementation")).to_have_value("bad")
    expect(page.locator("#results")).to_be_focused()
    page.get_by_role("button", name="✓ 2/2").first.click()
    expect(page.locator("#status")).to_have_value("all")
    expect(rows(page)).to_have_count(2)


def test_a_result_opens_with_everything_about_it(watched):
    page = watched.open(several())
    rows(page).first.get_by_role("button").click()
    dialog = page.locator("dialog")
    expect(dialog).to_be_visible()
    wanted = (
        "output is 1, but should be 2",
        "first differs in value",
        "output[1, 0, 3]",
        "4 of 9 numbers",
        "1e15×",
        "rnn-conformance cases show 'values/made[2]' --script repro.py",
        "Written in cases/values/made.yaml:7.",
        "hidden_size",
    )
    for part in wanted:
        expect(dialog).to_contain_text(part)
    chart = dialog.get_by_role("img")
    expect(chart).to_have_attribute("aria-label", re.compile("4 time steps, beyond the tolerance first at time step 1"))
    assert chart.locator("circle").count() == 4
    assert chart.locator("circle.beyond").count() == 3, "NaN and infinity are beyond every tolerance"
    dialog.get_by_text("The same as a table").click()
    expect(dialog.locator("details tbody tr")).to_contain_text(["0✓ within", "1", "nan✗ beyond", "inf✗ beyond"])


def opened(watched, one, **options):
    """The dialog of a training case, alone in its run."""
    page = watched.open(run(one, origin="my_rnn.py"), "#status=all", **options)
    rows(page).first.get_by_role("button").click()
    return page.locator("dialog")


def heights(line):
    """How far down each point of a line is drawn."""
    return [float(point.partition(",")[2]) for point in line.get_attribute("points").split()]


def test_a_wrong_training_shows_where_its_curve_leaves_torch(watched):
    dialog = opened(watched, trained(Status.FAIL, number=2))
    losses, differences = dialog.get_by_role("img").all()
    expect(losses).to_have_attribute(
        "aria-label", re.compile("^Losses at 36 steps: torch’s from 2.3 to 0.10.*, mine’s")
    )
    expect(differences).to_have_attribute("aria-label", re.compile("36 steps, beyond the tolerance first at step 7$"))
    apart = [
        mine - theirs for mine, theirs in zip(heights(losses.locator(".own").first), heights(losses.locator(".torch")))
    ]
    assert len(apart) == 36
    assert all(-2 < gap <= 0 for gap in apart), "at most 0.003 higher, and on one scale with torch’s"
    for line in (
        losses.locator(".torch"),
        losses.locator("polyline.own"),
        differences.locator(".line"),
        differences.locator("polyline.tolerance"),
    ):
        expect(line).to_be_visible()
    errors, tolerances = heights(differences.locator(".line")), heights(differences.locator("polyline.tolerance"))
    assert [step for step in range(36) if errors[step] < tolerances[step]] == list(range(7, 36)), "above is beyond"
    assert errors[0] == errors[3] == max(errors), "zero stands at the bottom"
    assert differences.locator("circle.beyond").count() == 29
    expect(differences).to_contain_text("beyond from step 7")
    expect(dialog).to_contain_text("torch96.11 %mine87.22 %")
    expect(dialog.locator(".samples pre")).to_have_text(["the sea was calm\n  and the wind", "the sea wes ca"])
    expect(dialog.locator(".samples")).to_contain_text("mine: the first 9 characters as torch’s")
    for text in (
        "first differs in gradient",
        "loss, at its worst step",
        "weight_hh_l0, after the last step",
        "rnn-conformance check my_rnn.py --case 'training/made[2]'",
    ):
        expect(dialog).to_contain_text(text)
    expect(dialog).not_to_contain_text("--script")
    expect(dialog.get_by_role("region", name="Tensors")).to_have_attribute("tabindex", "0")
    dialog.get_by_text("Both as a table").click()
    expect(dialog.locator("details tbody tr")).to_have_count(36)
    expect(dialog.locator("details tbody tr").nth(7)).to_have_text(re.compile(r"^7.*1e-4.*✗ beyond$"))


def test_a_right_training_stays_below_the_tolerance(watched):
    dialog = opened(watched, trained())
    losses, differences = dialog.get_by_role("img").all()
    assert heights(losses.locator(".torch")) == heights(losses.locator("polyline.own"))
    widths = [
        losses.locator(line).evaluate("e => getComputedStyle(e).strokeWidth") for line in (".torch", "polyline.own")
    ]
    assert widths == ["5px", "1.5px"], "where they are the same, both can be seen"
    expect(differences).to_have_attribute("aria-label", re.compile("nowhere beyond the tolerance$"))
    assert differences.locator(".beyond, .first-beyond").count() == 0
    expect(dialog.locator(".samples pre")).to_have_text(["the sea was calm\n  and the wind"])
    expect(dialog.locator(".samples")).to_contain_text("torch and mine, the same")
    assert losses.locator("rect").count() == 0
    expect(dialog).not_to_contain_text("printed")


def test_losses_that_soar_leave_torch_readable(watched):
    torch = tuple(2.0 - 0.05 * step for step in range(20))
    losses = (*torch[:10], 1e3, 1e300, math.inf, math.nan)
    dialog = opened(
        watched, trained(Status.FAIL, curve={"torch": torch, "losses": losses, "tolerances": (1e-15,) * 20})
    )
    chart = dialog.get_by_role("img").first
    theirs, mine = heights(chart.locator(".torch")), heights(chart.locator("polyline.own"))
    assert theirs == sorted(theirs), "torch's losses fall"
    assert theirs[-1] - theirs[0] > 60, "and fill the chart"
    assert mine == theirs[:10] + [min(mine)] * 4, "what soars stands at the top"
    assert min(mine) > 0
    expect(chart).to_have_attribute("aria-label", re.compile("mine’s from 2 to nan, ended after 14 steps$"))


def test_a_tolerance_that_rises_is_drawn_and_judged_at_each_step(watched):
    near = {"torch": (1.0, 1.0), "losses": (1.0, 1.0 + 4.4e-15), "tolerances": (1e-15, 1e-14)}
    chart = opened(watched, trained(curve=near)).get_by_role("img").nth(1)
    errors, tolerances = heights(chart.locator(".line")), heights(chart.locator("polyline.tolerance"))
    assert tolerances[1] < errors[1] < tolerances[0] < errors[0], "zero is below everything"
    assert chart.locator(".beyond").count() == 0
    assert chart.locator("text").all_text_contents() == ["0", "1e-15", "1e-14", "0", "1", "step", "tolerance"]


def test_a_published_record_stands_beside_and_is_not_judged(watched):
    printed = {
        "published": (2.38, 2.3, 2.41),
        "torch_accuracy": None,
        "accuracy": None,
        "torch_sample": "",
        "sample": "",
    }
    dialog = opened(watched, trained(curve=printed, settings={"published": "row_sequence_classifier"}))
    losses, differences = dialog.get_by_role("img").all()
    assert losses.locator("rect").count() == 3
    assert differences.locator("rect").count() == 0
    expect(losses).to_have_attribute("aria-label", re.compile("beside them 3 published losses from 2.38 to 2.41$"))
    expect(dialog).to_contain_text("the 3 losses that row_sequence_classifier printed, spread evenly over the steps")
    expect(dialog).to_contain_text("nothing is judged by them")
    for text in ("Accuracy", "Text that"):
        expect(dialog).not_to_contain_text(text)


@pytest.mark.parametrize(
    ("curve", "wanted"),
    [
        (
            {"losses": (2.3, 2.2), "accuracy": None, "sample": ""},
            ["It ended after 2 steps of 36.", "did not learn to the end"],
        ),
        ({"losses": ()}, ["It ended after 0 steps of 36."]),
        ({"losses": (2.3, math.nan, math.inf, 1e9)}, ["stands at its top", "beyond from step 1"]),
        ({"losses": (1.0,), "torch": (1.0,), "tolerances": (0.0,)}, ["Both as a table"]),
        ({"losses": (0.0,) * 200, "torch": (0.0,) * 200, "tolerances": (1e-15,) * 200}, ["Both as a table"]),
    ],
    ids=["early", "at-once", "soaring", "one-step", "many-zeros"],
)
def test_odd_curves_are_drawn(watched, curve, wanted):
    dialog = opened(watched, trained(Status.ERROR, curve=curve))
    for text in wanted:
        expect(dialog).to_contain_text(text)
    assert "NaN" not in dialog.evaluate("e => [...e.querySelectorAll('svg *')].map((n) => n.outerHTML).join()")
    dots = dialog.locator(".point")
    assert dots.count() == (0 if len(curve["losses"]) > 80 else len(curve["losses"]))


def test_a_training_fits_a_narrow_page_and_is_printed_when_open(watched):
    dialog = opened(watched, trained(Status.FAIL), size=(400, 800))
    assert dialog.evaluate("e => e.scrollWidth <= e.clientWidth"), "the result scrolls sideways"
    dialog.page.emulate_media(media="print")
    expect(dialog.get_by_role("img").first).to_be_visible()
    expect(dialog.get_by_role("button", name="Close")).to_be_hidden()
    expect(dialog.page.locator("article")).to_be_hidden()


def test_numbers_are_short_and_keep_their_power_of_ten(watched):
    page = watched.open(run(record()))
    given = [0, 0.5, 100, 12.3456, 1.22e-10, 1.2e-100, 4.591e-6, 1e-3, 1e-20, 1.5e20, 2e300, -0.00012]
    wanted = [
        "0",
        "0.5",
        "100",
        "12.3",
        "1.22e-10",
        "1.2e-100",
        "4.59e-6",
        "0.001",
        "1e-20",
        "1.5e20",
        "2e300",
        "-1.2e-4",
    ]
    assert page.evaluate("(given) => given.map((n) => number(n))", given) == wanted
    assert page.evaluate("number('nan')") == "nan"


def test_a_result_is_a_step_that_back_undoes(watched):
    page = watched.open(several())
    rows(page).first.get_by_role("button").click()
    expect(page.locator("dialog")).to_be_visible()
    page.go_back()
    expect(page.locator("dialog")).to_be_hidden()
    rows(page).first.get_by_role("button").click()
    opened = page.url
    page.locator(".close").click()
    expect(page.locator("dialog")).to_be_hidden()
    linked = watched.open(several(), "#" + opened.partition("#")[2])
    expect(linked.locator("#result-case")).to_have_text("values/made[2]")


def test_the_simplest_case_of_a_mistake_opens(watched):
    other = dataclasses.replace(finding("b"), simplest="values/made[8]")
    page = watched.open(diagnosed(run(failing(number=7), failing(number=8)), finding("a"), other))
    page.locator(".explained").get_by_role("button", name="values/made[8]").click()
    expect(page.locator("#result-case")).to_have_text("values/made[8]")


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["wide", "narrow"])
def test_the_power_of_the_suite_opens_and_stays_in_its_measure(watched, tmp_path, size):
    (tmp_path / "power.json").write_text(power().to_json())
    page = watched.open(several(), size=size)
    expect(page.get_by_role("heading", name="Power of the suite")).to_be_visible()
    expect(page.get_by_text("3 of 3 known mistakes are caught")).to_be_visible()
    page.get_by_text("Every known mistake (3)").click()
    row = page.locator(".power tr", has_text="What h0-ignored is.")
    expect(row).to_be_visible()
    row.locator("summary").click()
    expect(row).to_contain_text("cases/values/a.yaml 30")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_results_can_be_walked_through(watched):
    page = watched.open(several())
    page.locator("[data-open]").click()
    expect(page.locator("#previous-result")).to_be_disabled()
    page.locator("#next-result").click()
    expect(page.locator("#result-case")).to_have_text("values/made[5]")
    page.locator("#next-result").click()
    expect(page.locator("#result-case")).to_have_text("values/made[4]")
    expect(page.locator("#next-result")).to_be_disabled()


def test_the_keyboard_reaches_everything(watched):
    page = watched.open(several())
    button = rows(page).first.get_by_role("button")
    page.locator("#text").focus()
    for _ in range(10):
        page.keyboard.press("Tab")
        if button.evaluate("e => e === document.activeElement"):
            break
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator("#rows button").first).to_be_visible()


def test_ten_thousand_results_load_as_fast_as_ten(watched):
    made = run(*(failing(number=n) if n % 3 == 0 else record(number=n) for n in range(10_000)))
    page = watched.open(made)
    nodes = page.evaluate("document.querySelectorAll('*').length")
    assert nodes < 2000, f"the page has {nodes} elements"
    expect(page.locator("#showing")).to_have_text("1–50 of 3,334 results")
    page.locator("#next-page").click()
    expect(page.locator("#showing")).to_have_text("51–100 of 3,334 results")
    page.locator("#text").fill("made[9999]")
    expect(rows(page)).to_have_count(1)
    took = page.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
    assert took < 10_000, f"the page took {took:.0f} ms"


def test_light_and_dark_differ(watched):
    seen = {}
    for scheme in ("light", "dark"):
        page = watched.open(several(), color_scheme=scheme)
        seen[scheme] = page.evaluate("['color', 'backgroundColor'].map((n) => getComputedStyle(document.body)[n])")
    (light_text, light_ground), (dark_text, dark_ground) = seen["light"], seen["dark"]
    assert light_ground == "rgb(247, 247, 245)"
    assert dark_ground == "rgb(19, 21, 24)"
    assert light_text != dark_text


@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"reduced_motion": "reduce"}])
def test_other_ways_of_looking_work(watched, media):
    page = watched.open(several(), **media)
    page.locator("[data-open]").click()
    expect(page.locator("dialog svg")).to_be_visible()


def test_it_prints(watched):
    page = watched.open(several())
    page.emulate_media(media="print")
    expect(page.locator(".filters")).to_be_hidden()
    expect(page.get_by_text("Wrong in 2 of 6 cases.")).to_be_visible()
    assert len(page.pdf()) > 10_000


def test_without_scripts_the_failures_can_be_read(watched):
    page = watched.open(several(), scripts=False)
    expect(page.get_by_text("Wrong in 2 of 6 cases.")).to_be_visible()
    # Playwright's own locators leave out what stands in a <noscript>.
    listed = page.locator("noscript").evaluate("e => e.innerText")
    assert "the first 2 of 2 failures" in listed
    assert "values/made[5]" in listed
    expect(page.locator(".filters")).to_be_hidden()


def test_a_case_in_both_dtypes_shows_which(watched):
    found = failing(number=1)
    page = watched.open(run(found, dataclasses.replace(found, dtype="float32")))
    expect(rows(page)).to_contain_text(["float32", "float64"])
    rows(page).first.get_by_role("button").click()
    expect(page.locator("dialog .facts").last).to_contain_text("float32")


def test_a_case_that_is_hidden_from_its_author_says_so(watched):
    made = run(dataclasses.replace(failing(number=1), visible=False), failing(number=2))
    page = watched.open(made)
    expect(page.locator("article")).to_contain_text("Simplest failing case, hidden from its author")
    expect(rows(page)).to_contain_text(["hidden from its author", "values/made[2]"])
    rows(page).first.get_by_role("button").click()
    expect(page.locator("dialog")).to_contain_text("Hidden from its author.")
    page.locator("#next-result").click()
    expect(page.locator("dialog")).not_to_contain_text("Hidden from its author.")


@pytest.mark.parametrize("made", [run(), run(record()), run(record(), expected={"mine": 3}, complete=False)])
def test_little_and_incomplete_runs_open(watched, made):
    page = watched.open(made)
    expect(page.locator("#showing")).to_have_text("No result matches.")
