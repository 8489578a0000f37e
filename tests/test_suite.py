"""The suite: all case files of a folder, its version and digest; and that this repository's own keeps its rules."""

import dataclasses
import itertools
from collections import Counter

import pytest

from conformance.arguments import draw
from conformance.case import CONSTRUCTOR_DEFAULTS
from conformance.lint import adequacy
from conformance.sweep import case_schema, scalar, suite
from conformance.sweep.case_file import ASKS
from conformance.sweep.suite import find_cases, load
from conformance.sweep.waiver import CHECKS
from conformance.sweep.yaml_source import CaseFileError

FILE = """about: A test.
defaults: {input_size: 8, hidden_size: 9, seq_len: 7, batch_size: 5}
include: [{}]
cases: 1
"""
WRONG = FILE.replace("{}", "{bias: 0}")


def _write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.fixture
def cases(tmp_path):
    """A folder of cases with some files."""

    def cases(files):
        return _write(tmp_path / "cases", {"suite.yaml": 'version: "1.0"\n'} | files)

    return cases


def mistakes(folder):
    with pytest.raises(CaseFileError) as caught:
        load(folder)
    return list(caught.value.messages)


def test_a_suite_holds_every_file_in_a_stable_order(cases):
    folder = cases(
        {"gradients/a.yaml": FILE, "values/b/c.yaml": FILE, "values/b.yaml": FILE, "validation/z.yaml": WRONG}
    )
    assert [case.id for case in load(folder).cases] == [
        "values/b",
        "values/b/c",
        "gradients/a",
        "validation/z[bias=0]",
    ]
    assert load(folder).version == "1.0"


def test_the_mistakes_of_all_files_are_reported_at_once(cases):
    folder = cases(
        {"values/a.yaml": WRONG, "values/b.yaml": "a: [\n", "gradients/c.yaml": FILE, "suite.yaml": "version: 1\n"}
    )
    found = mistakes(folder)
    assert [message.split(": ")[0] for message in found] == [
        "cases/suite.yaml:1:10",
        "cases/values/a.yaml:3:18",
        "cases/values/b.yaml:2:1",
    ]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a.yaml", "cases/a.yaml: this file should be in one of the folders values, gradients, validation, training"),
        (
            "value/a.yaml",
            "cases/value/a.yaml: this file should be in one of the folders values, gradients, validation, training",
        ),
        ("values/a.yml", "cases/values/a.yml: the name of a case file should have lower-case letters"),
        ("values/A.yaml", "cases/values/A.yaml: the name of a case file should have lower-case letters"),
        ("values/a[b].yaml", "cases/values/a[b].yaml: the name of a case file should have lower-case letters"),
    ],
)
def test_a_case_file_in_the_wrong_place_is_not_passed_over(cases, name, sentence):
    (message,) = mistakes(cases({"values/good.yaml": FILE, name: FILE}))
    assert message.startswith(sentence)


def test_schemas_and_readmes_are_no_case_files(cases):
    folder = cases({"values/good.yaml": FILE, "values.schema.json": "{}", "README.md": "# Cases"})
    assert len(load(folder).cases) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cases/suite.yaml: this file cannot be read: No such file or directory"),
        ("version: 1.0\n", "cases/suite.yaml:1:10: version is 1.0, but should be text"),
        ('version: "1"\n', "cases/suite.yaml:1:10: version is '1' (text), but should be "),
        ('verson: "1.0"\n', "cases/suite.yaml:1:1: verson is unknown (did you mean version?)"),
    ],
)
def test_a_suite_has_a_version(cases, content, sentence):
    folder = cases({"values/good.yaml": FILE})
    if content is None:
        (folder / "suite.yaml").unlink()
    else:
        (folder / "suite.yaml").write_text(content)
    assert any(message.startswith(sentence) for message in mistakes(folder)), mistakes(folder)


def test_a_folder_without_cases_is_a_mistake(cases, tmp_path):
    assert "holds no case file, but should (in values, gradients, validation, training)" in mistakes(cases({}))[0]
    assert "is no folder, but should hold the case files" in mistakes(tmp_path / "nowhere")[0]


def test_the_digest_changes_with_every_file_and_name_and_with_nothing_else(cases):
    files = {"values/a.yaml": FILE, "values/b.yaml": FILE}
    folder = cases(files)
    first = load(folder).digest
    _write(folder, {"README.md": "# Cases", "values/a.yaml": FILE.replace("\n", "\r\n")})
    assert load(folder).digest == first, "neither a README nor line endings should change the digest"
    _write(folder, {"values/a.yaml": FILE + "# changed\n"})
    changed = load(folder).digest
    _write(folder, {"values/a.yaml": FILE})
    (folder / "values/b.yaml").rename(folder / "values/c.yaml")
    assert len({first, changed, load(folder).digest}) == 3


# ---- where it is found


def test_a_folder_that_is_asked_for_is_the_one(tmp_path):
    assert find_cases(tmp_path / "mine") == tmp_path / "mine"


def _package(monkeypatch, root):
    (root / "conformance").mkdir(parents=True)
    monkeypatch.setattr(suite, "__file__", str(root / "conformance" / "sweep" / "suite.py"))
    return root


def test_this_repositorys_cases_are_found_from_anywhere(monkeypatch, tmp_path):
    root = _package(monkeypatch, tmp_path / "repository")
    _write(root, {"pyproject.toml": '[project]\nname = "rnn-conformance"\n', "cases/suite.yaml": ""})
    _write(tmp_path / "elsewhere", {"cases/suite.yaml": ""})
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert find_cases() == root / "cases"


@pytest.mark.parametrize("project", ['[project]\nname = "my-rnn"\n', "not toml [", None])
def test_cases_beside_an_installed_package_are_somebody_elses(monkeypatch, tmp_path, project):
    root = _package(monkeypatch, tmp_path / "site-packages")
    _write(root, {"cases/suite.yaml": "", "conformance/_bundled/cases/suite.yaml": ""})
    if project:
        _write(root, {"pyproject.toml": project})
    monkeypatch.chdir(root)
    assert find_cases() == root / "conformance" / "_bundled" / "cases"


def test_a_package_without_cases_says_so(monkeypatch, tmp_path):
    root = _package(monkeypatch, tmp_path / "site-packages")
    with pytest.raises(CaseFileError, match="install rnn-conformance again"):
        find_cases()
    assert root.exists()


# ---- the suite of this repository


@pytest.fixture(scope="module")
def ours():
    return load(find_cases())


def test_our_suite_is_large_and_no_id_stands_twice(ours):
    counts = Counter(case.asks for case in ours.cases)
    assert len(ours.cases) >= 1000
    wanted = {"values": 100, "gradients": 100, "validation": 100, "training": 8}  # one of these is hundreds of calls
    assert set(wanted) == set(ASKS)
    assert all(counts[asks] >= wanted[asks] for asks in ASKS), f"each folder should have its share: {dict(counts)}"
    assert len({case.id for case in ours.cases}) == len(ours.cases)


def test_no_two_files_of_our_suite_hold_the_same_case(ours):
    named = {}
    for case in ours.cases:
        content = (case.asks, *((name, scalar.identity(value)) for name, value in case.settings().items()))
        assert content not in named, f"{case.id} is {named[content]} once more"
        named[content] = case.id


@pytest.mark.parametrize("asks", ["values", "gradients"])
def test_our_suite_has_every_combination_of_the_arguments(ours, asks):
    configurations = {
        (c.num_layers, c.nonlinearity, c.bias, c.batch_first, c.bidirectional, c.h_0, c.batch_size)
        for c in ours.cases
        if c.id.startswith(f"{asks}/configurations")
    }
    assert len(configurations) == 3 * 2 * 2 * 2 * 2 * 2 * 3


def test_our_suite_sets_every_setting_and_asks_float32_and_three_calls_of_everyone(ours):
    for asks in ("values", "gradients"):
        chosen = [case for case in ours.cases if case.asks == asks]
        assert {case.dtype for case in chosen} == {"float64", "float32"}
        assert {case.calls for case in chosen} == {"one", "repeated"}
        assert {0, 1, None} < {case.batch_size for case in chosen}
        assert {1, 2, 3, 200} < {case.seq_len for case in chosen}
        assert {"zero", "identity"} < {case.weight_hh for case in chosen}
        assert {"random", "opposite", "positive", "negative"} == {case.biases for case in chosen}
        assert {case.layout for case in chosen} == {"contiguous", "transposed", "strided"}
        values, functions = ("nan", "inf", "-inf"), ("tanh", "relu")
        steps = {(c.input_special, c.special_step, c.nonlinearity) for c in chosen}
        assert set(itertools.product(values, ("first", "last"), functions)) <= steps
        assert set(itertools.product(values, functions)) <= {(c.h_0_special, c.nonlinearity) for c in chosen}
    assert {case.upstream for case in ours.cases} == {"both", "output", "h_n", "last_step", "zero"}
    assert {case.upstream_row for case in ours.cases} == {None, 0, 1, 2, 3}
    assert {case.omit for case in ours.cases} == {"nothing", "input_size", "hidden_size", "both"}
    passed = {name for case in ours.cases for name, _ in case.passed}
    assert passed == {"input_size", "hidden_size", *CONSTRUCTOR_DEFAULTS}


def test_our_layouts_are_layouts(ours):
    """Where too many sizes are 1, every layout is C order."""
    for case in (c for c in ours.cases if c.layout != "contiguous"):
        given = draw(case, 0).copy()
        assert not given.input.flags.c_contiguous, case.id
        assert not given.h_0.flags.c_contiguous, case.id


@pytest.mark.parametrize("asks", ["values", "gradients"])
def test_both_sides_of_metamorphic_relations_are_in_our_suite(ours, asks):
    """The relations hold between torch's own answers, so that whoever is right on both sides keeps them."""
    plain = {dataclasses.replace(c, id="") for c in ours.cases if c.id.startswith(f"{asks}/configurations")}
    pairs = [(c, dataclasses.replace(c, batch_size=1)) for c in plain if c.batch_size is None]
    pairs += [(c, dataclasses.replace(c, batch_first=True)) for c in plain if not c.batch_first]
    zero_states = [c for c in ours.cases if c.asks == asks and c.h_0 == "given" and c.h_0_scale == 0]
    zero_biases = [c for c in ours.cases if c.asks == asks and c.bias and c.bias_scale == 0]
    assert len(zero_states) >= 4
    assert len(zero_biases) >= 4
    pairs += [(c, dataclasses.replace(c, id="", h_0="absent", h_0_scale=1.0)) for c in zero_states]
    pairs += [(c, dataclasses.replace(c, id="", bias=False, bias_scale=1.0)) for c in zero_biases]
    for one, other in pairs:
        assert other in plain, f"{one} has no other side"


def test_our_suites_sizes_can_hide_no_mixed_up_axis(ours):
    for file in ours.files:
        of_sizes = [f for case in ours.cases if case.file == file.source.name for f in adequacy.examine(case)]
        sentences = [s for s in adequacy.report(file, of_sizes) if "silences nothing" not in s]
        assert not sentences, sentences[0]


def test_our_schemas_are_those_of_the_models():
    for asks in ASKS:
        committed = (find_cases() / f"{asks}.schema.json").read_text(encoding="utf-8")
        way_out = f"rnn-conformance cases schema {asks} > cases/{asks}.schema.json"
        assert committed == case_schema.text(asks), f"{asks}.schema.json is out of date; run {way_out}"


def test_our_files_name_their_schema(ours):
    for file in ours.files:
        path = find_cases() / f"{file.id}.yaml"
        up = "../" * (len(file.id.split("/")) - 1)
        first = path.read_text(encoding="utf-8").split("\n")[0]
        assert first == f"# yaml-language-server: $schema={up}{file.asks}.schema.json", f"{path} begins with {first!r}"


def test_our_readmes_example_is_a_case_file_and_its_table_has_every_check(cases):
    text = (find_cases() / "README.md").read_text(encoding="utf-8")
    example, training = [
        block.split("```")[0] for block in text.split("```yaml\n") if block.startswith("# yaml-language-server")
    ]
    assert len(load(cases({"values/example.yaml": example})).cases) == 6
    assert len(load(cases({"values/example.yaml": example, "training/example.yaml": training})).cases) == 8
    table = text.split("## Numbers in which no fault can hide")[1].split("\n## ")[0]
    assert [line.split("`")[1] for line in table.split("\n") if line.startswith("| `")] == list(CHECKS)


def test_our_readmes_second_table_names_every_file_and_no_other(ours):
    text = (find_cases() / "README.md").read_text(encoding="utf-8")
    table = text.split("## What of torch's behaviour")[1].split("Relations between")[0]
    trained = {file.id.split("/")[1] for file in ours.files if file.asks == "training"}
    table_of_training = text.split("## Training")[1].split("##")[0]
    assert {line.split("`")[1] for line in table_of_training.split("\n") if line.startswith("| `")} == trained
    named = {name for line in table.split("\n") if line.startswith("|") for name in line.split("|")[2].split("`")[1::2]}
    files = {
        file.id if file.asks == "validation" else file.id.split("/")[1]
        for file in ours.files
        if file.asks != "training"
    }
    alone = {name for name in named if name.startswith("gradients/")}
    assert {name.removeprefix("gradients/") for name in named} == files
    for file in files - {name.removeprefix("gradients/") for name in alone}:
        folders = [f.asks for f in ours.files if f.id.split("/")[1] == file]
        assert file.startswith("validation/") or folders[:2] == ["values", "gradients"], f"{file} stands in {folders}"


def test_a_schema_says_what_a_model_says():
    values, validation = case_schema.schema("values"), case_schema.schema("validation")
    assert values["required"] == ["about", "defaults", "cases"]
    assert values["additionalProperties"] is False
    assert "input_shape" in validation["$defs"]["Settings"]["properties"]
    assert "input_shape" not in values["$defs"]["Settings"]["properties"]
    assert "default" not in values["$defs"]["Settings"]["properties"]["num_layers"], "a missing key is not null"
    assert values["$defs"]["Matrix"]["properties"]["bias"]["items"]["type"] == "boolean"
