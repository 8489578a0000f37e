"""Finding implementations, and what stands beside them."""

import importlib.metadata
import textwrap

import pytest

from conformance import discovery
from conformance.faults import EQUIVALENT
from conformance.implementation import BrokenImplementation, NoImplementationError
from conformance.loading.module import is_neighbour
from conformance.registration import Known, expectation_beside, known_beside, unmatched
from conformance.sweep.yaml_source import CaseFileError

CLASS = "class {name}:\n    def forward(self, input, h_0=None):\n        return None\n"


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return write


def subject(path, attribute=""):
    return discovery.load(discovery.parse(f"{path}{attribute}"))._subject.__name__


def test_a_class_named_rnn_wins(write):
    assert subject(write("a.py", CLASS.format(name="Other") + CLASS.format(name="RNN"))) == "RNN"


def test_the_only_class_with_a_forward_is_taken(write):
    path = write(
        "a.py", CLASS.format(name="Elman") + "class Config:\n    pass\n\nclass _Helper:\n    forward = print\n"
    )
    assert subject(path) == "Elman"


def test_a_function_named_rnn_is_taken(write):
    assert subject(write("a.py", "def rnn(input, h_0, state):\n    return None\n")) == "rnn"


def test_a_name_chooses(write):
    path = write("a.py", CLASS.format(name="A") + CLASS.format(name="B") + "def run(input, h_0, state): ...\n")
    assert subject(path, ":B") == "B"
    assert subject(path, ":run") == "run"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = 1\n", "has no RNN, but should have a class RNN"),
        ("def forward(x):\n    return x\n", "it has function forward"),
        (CLASS.format(name="A") + CLASS.format(name="B"), "has 2 classes that could be it"),
        ("RNN = 3\n", "has no RNN"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(write, text, sentence):
    with pytest.raises(NoImplementationError, match=sentence):
        discovery.load(discovery.parse(str(write("a.py", text))))


def test_a_module_and_a_name():
    assert discovery.load(discovery.parse("conformance.reference:RNN"))._subject.__name__ == "RNN"
    with pytest.raises(NoImplementationError, match="has no Absent"):
        discovery.load(discovery.parse("conformance.reference:Absent"))


@pytest.mark.parametrize(
    "text", ["raise ValueError('at import')\n", "import absent_module\n", "def broken(:\n", "raise SystemExit(0)\n"]
)
def test_what_cannot_be_imported_is_broken_and_not_fatal(write, text):
    assert isinstance(discovery.load(discovery.parse(str(write("a.py", text)))), BrokenImplementation)


def test_ctrl_c_during_an_import_gets_out(write):
    with pytest.raises(KeyboardInterrupt):
        discovery.load(discovery.parse(str(write("a.py", "raise KeyboardInterrupt\n"))))


def test_a_folder_is_searched_in_a_stable_order_without_running_anything(write, tmp_path):
    write("b.py", '"""Second, by name.\n\nMore."""\nraise SystemExit\n')
    write("a.py", "def broken(:\n")
    write("published/c.py", '"""Third."""\n')
    write("_helper.py", "")
    write(".hidden/d.py", "")
    write("__pycache__/e.py", "")
    found = discovery.discover(tmp_path)
    names = [source.name for source in found]
    assert names[:3] == ["a", "b", "published/c"]
    assert not {"_helper", ".hidden/d", "__pycache__/e"} & set(names)
    assert [source.description for source in found][:3] == ["", "Second, by name.", "Third."]


def test_installed_packages_register_by_entry_point(tmp_path, monkeypatch):
    point = importlib.metadata.EntryPoint("theirs", "conformance.reference:RNN", discovery.ENTRY_POINTS)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [point] if "rnn" in group else [])
    (source,) = discovery.discover(tmp_path)
    assert (source.name, source.origin) == ("theirs", "conformance.reference:RNN")
    assert discovery.load(source).name == "theirs"


def test_neighbours_can_be_imported(write):
    write("neighbour_of_a.py", "VALUE = 1\n")
    assert subject(write("a.py", "from neighbour_of_a import VALUE\n" + CLASS.format(name="RNN"))) == "RNN"


def test_neighbours_of_one_name_in_two_folders_are_kept_apart(write):
    text = "from neighbour import VALUE\n" + CLASS.format(name="RNN") + "    value = VALUE\n"
    found = []
    for folder in ("one", "two"):
        write(f"{folder}/neighbour.py", f"VALUE = {folder!r}\n")
        found.append(discovery.load(discovery.parse(str(write(f"{folder}/a.py", text))))._subject.value)
    assert found == ["one", "two"]


def test_known_differences_have_reasons(write):
    path = write("a.py", "")
    assert known_beside(path) == ()
    write("a.known.yaml", "'*[bidirectional*': not there yet\n")
    (known,) = known_beside(path)
    assert known == Known("*[bidirectional*", "not there yet")
    assert known.matches("values/configurations[bidirectional,bias=false]")
    assert not known.matches("values/configurations[bias=false]")
    assert unmatched((known,), ["values/x"]) == ("*[bidirectional*",)
    assert unmatched((known,), ["values/x[bidirectional]"]) == ()


@pytest.mark.parametrize("text", ["'*': ''\n", "'*': 3\n", "- a\n", "'*': a\n'*': b\n"])
def test_mistakes_in_known_differences_are_sentences(write, text):
    path = write("a.py", "")
    write("a.known.yaml", text)
    with pytest.raises(CaseFileError, match=r"a\.known\.yaml:\d+:\d+: "):
        known_beside(path)


def test_expectations(write):
    path = write("a.py", "")
    assert expectation_beside(path) is None
    write("a.expected.yaml", "conforms_where_supported: false\nfaults: [h0-ignored]\n")
    found = expectation_beside(path)
    assert (found.conforms_where_supported, found.connected, found.faults, found.unnamed) == (
        False,
        True,
        ["h0-ignored"],
        [],
    )
    write("a.expected.yaml", "conforms_where_suported: no\n")
    with pytest.raises(CaseFileError) as caught:
        expectation_beside(path)
    assert len(caught.value.messages) == 2


@pytest.mark.parametrize(
    ("entries", "place", "sentence"),
    [
        (
            "faults: [h0-ignore]",
            "2:10",
            "faults is h0-ignore, but should be an id that `rnn-conformance faults` lists ",
        ),
        ("faults: [h0-ignored, nonsense]", "2:22", "faults is nonsense, but should be an id"),
        (f"faults: [{EQUIVALENT[0].id}]", "2:10", f"faults is {EQUIVALENT[0].id}, but should be what can be observed"),
        ("unnamed: [h0-ignore]", "2:11", "unnamed is h0-ignore, but should be an id"),
    ],
)
def test_expected_faults_are_in_the_dictionary(write, entries, place, sentence):
    path = write("a.py", "")
    write("a.expected.yaml", f"conforms_where_supported: false\n{entries}\n")
    with pytest.raises(CaseFileError) as caught:
        expectation_beside(path)
    (message,) = caught.value.messages
    assert f"/a.expected.yaml:{place}: {sentence}" in message, message
    assert ("did you mean h0-ignored?" in message) == ("h0-ignore]" in entries), message


def test_what_is_unnamed_may_be_a_sentence(write):
    path = write("a.py", "")
    write("a.expected.yaml", "conforms_where_supported: false\nunnamed: [it is slow, h0-ignored]\n")
    assert expectation_beside(path).unnamed == ["it is slow", "h0-ignored"]


def test_one_of_several_in_a_file_is_named_as_a_command_takes_it(write):
    path = write("all.py", CLASS.format(name="A") + CLASS.format(name="B"))
    found = discovery.parse(f"{path}:B")
    assert (found.origin, found.place) == (f"{path}:B", str(path))
    with pytest.raises(NoImplementationError, match=r"all\.py has no C; it has class A, class B"):
        discovery.load(discovery.parse(f"{path}:C"))


def test_an_imported_rnn_is_not_meant_beside_ones_own(write):
    path = write("a.py", "from conformance.reference import RNN\n" + CLASS.format(name="MyRNN"))
    assert subject(path) == "MyRNN"
    assert subject(write("b.py", "from conformance.reference import RNN\n")) == "RNN"


def test_an_environment_in_the_folder_is_not_taken_for_neighbours(tmp_path):
    environment = tmp_path / ".venv" / "lib" / "site-packages"
    assert is_neighbour(str(tmp_path / "helper.py"), tmp_path)
    assert is_neighbour(str(tmp_path / "package" / "helper.py"), tmp_path)
    assert not is_neighbour(str(environment / "torch" / "__init__.py"), tmp_path)
    assert not is_neighbour("/elsewhere/helper.py", tmp_path)
    assert not is_neighbour(None, tmp_path)
