"""JUnit XML, as Jenkins' schema has it (jenkinsci/xunit-plugin, junit-10.xsd).

Each visible case is a test; hidden ones are a suite of their own with a test a feature. What is declined is skipped,
which CI systems take for harmless, so one test stands for the verdict and fails with it. An `error` is never the
submission's: it says that nothing was decided.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET  # written here, never read

from conformance.feedback.author import REFUSALS, AuthorView, FeatureCount, for_author
from conformance.plain_text import clean, one_line
from conformance.record import Record, Run
from conformance.report.gate import facts
from conformance.status import Status
from conformance.summary import WRONG

_SUITE = "RNN conformance"
_DECLINED = "no: a case that is declined counts in the total and is never a pass"


def render(run: Run, *, strict: bool = False) -> str:
    """The document; raises NotJudgedError where nothing was decided, see `not_judged`."""
    view = for_author(run, strict=strict)
    suites = [_verdict(view), _visible(view), *([_hidden(view)] if view.hidden else [])]
    return _document(suites, run.seconds)


def not_judged(why: str) -> str:
    """A suite of one test with an error: nothing failed, nothing passed."""
    suite = ET.Element("testsuite", name=f"{_SUITE}: verdict")
    test = ET.SubElement(suite, "testcase", classname="verdict", name="judged")
    _said(test, "error", why, "not judged")
    return _document([suite], 0.0)


def _verdict(view: AuthorView) -> ET.Element:
    """One test that passes exactly where the submission does."""
    suite = ET.Element("testsuite", name=f"{_SUITE}: verdict")
    _properties(suite, _circumstances(view))
    test = ET.SubElement(suite, "testcase", classname="verdict", name="right in every case of the scope")
    if not view.passed:
        _said(test, "failure", " ".join([view.verdict, *view.demands]), "not passed")
    return suite


def _visible(view: AuthorView) -> ET.Element:
    suite = ET.Element("testsuite", name=f"{_SUITE}: cases")
    _properties(suite, {"skipped is a pass": _DECLINED})
    several = len({r.case for r in view.summary.records}) < len(view.summary.records)
    for record in view.summary.records:
        name = f"{record.case} ({record.dtype})" if several else record.case
        classname = record.case.partition("[")[0].replace("/", ".")
        test = ET.SubElement(suite, "testcase", classname=one_line(classname), name=one_line(name))
        _result(test, record, view)
    return suite


def _result(test: ET.Element, record: Record, view: AuthorView) -> None:
    """What became of a case that did not pass; a wrong call that is accepted fails only where that decides."""
    if record.status in WRONG and view.decides(record):
        _said(test, "failure", record.why, record.status.value)
    elif record.status is not Status.PASS:
        beside = " (beside the verdict)" if record.status in WRONG else ""
        _said(test, "skipped", record.why + beside, record.status.value)


def _hidden(view: AuthorView) -> ET.Element:
    suite = ET.Element("testsuite", name=f"{_SUITE}: hidden cases, by feature")
    _properties(suite, {"skipped is a pass": _DECLINED, "tests are": "features, not cases"})
    for count in view.hidden:
        test = ET.SubElement(suite, "testcase", classname="hidden", name=count.feature)
        if count.wrong and (count.feature != REFUSALS or view.refusals_decide):
            _said(test, "failure", _counts(count), "hidden")
        elif count.right < count.run:
            _said(test, "skipped", _counts(count), "hidden")
    return suite


def _counts(count: FeatureCount) -> str:
    numbers = f"{count.right:,} right, {count.wrong:,} wrong, {count.declined:,} declined"
    return f"expected {count.expected:,}, run {count.run:,}: {numbers}"


def _circumstances(view: AuthorView) -> dict[str, str]:
    header = view.run.header
    found = {"submission": view.summary.name, "suite": header.suite_version}
    if view.seed is not None:
        found["seed"] = str(view.seed)
    return found | dict(facts(header.gate) if header.gate is not None else ())


def _properties(suite: ET.Element, properties: dict[str, str]) -> None:
    within = ET.SubElement(suite, "properties")
    for name, value in properties.items():
        ET.SubElement(within, "property", name=name, value=one_line(value))


def _said(test: ET.Element, tag: str, why: str, kind: str) -> None:
    """The result, its sentence as an attribute and whole as its text."""
    ET.SubElement(test, tag, type=kind, message=one_line(why, 500)).text = clean(why)


def _document(suites: list[ET.Element], seconds: float) -> str:
    """Suites with their counts, as text."""
    top = ET.Element("testsuites", name=_SUITE, time=f"{seconds:.3f}")
    for suite in suites:
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(name, str(sum(1 for _ in suite.iter(tag))))
        top.append(suite)
    for name in ("tests", "failures", "errors"):
        top.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"
