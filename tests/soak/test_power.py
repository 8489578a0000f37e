"""README's table of the suite's power beside other checks, measured again."""

from pathlib import Path

from conformance.plan import Plan
from conformance.power import table
from conformance.power.measurement import measure
from conformance.sweep import suite

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_table_in_readme_is_what_power_prints(capsys):
    power = measure(Plan(suite=suite.load(suite.find_cases(None))), pairs=0)
    lines = [line for line in table.render(power).splitlines() if " of " in line and line.split("  ")[0] in README]
    with capsys.disabled():
        print("", *lines, f"measured in {power.seconds:.0f} s", sep="\n")
    shown = README.split("On the same faults")[1].split("```")[0].strip().splitlines()[1:]
    assert len(shown) == 1 + len(power.peers)
    for line in shown:
        assert line in lines, f"README says {line!r}, but power prints {lines}"
