"""README shows what the command prints."""

from pathlib import Path

from conformance.cli import cli
from conformance.cli.supervise import run_here

README = (Path(__file__).parents[1] / "README.md").read_text()
MY_RNN = Path(__file__).parent / "subjects" / "readme" / "my_rnn.py"


def test_the_first_screen_is_a_check_as_printed(capfd, monkeypatch):
    shown = README.split("$ rnn-conformance check my_rnn.py\n")[1].split("```")[0]
    monkeypatch.chdir(MY_RNN.parent)
    assert run_here(cli, ["check", MY_RNN.name]) == 1
    assert capfd.readouterr().out.startswith(shown)


def test_the_commands_that_it_names_exist(capfd):
    for command in ("check", "explain", "run", "report", "new", "faults", "power"):
        assert f"rnn-conformance {command} " in README
        assert run_here(cli, [command, "--help"]) == 0
    for command in ("lint", "list", "show", "schema"):
        assert run_here(cli, ["cases", command, "--help"]) == 0


def test_the_implementation_in_the_folders_readme_is_right(tmp_path, capfd):
    readme = (Path(__file__).parents[1] / "impls" / "README.md").read_text()
    (tmp_path / "mine.py").write_text(readme.split("```python\n")[1].split("```")[0])
    assert run_here(cli, ["check", str(tmp_path / "mine.py"), "--where", "num_layers=1"]) == 0
    assert "Right in all" in capfd.readouterr().out


def test_what_it_links_to_is_there():
    for link in ("impls/README.md", "cases/README.md", "reports/README.md", "conformance/report/parity.png"):
        assert f"({link})" in README
        assert (Path(__file__).parents[1] / link).exists()
