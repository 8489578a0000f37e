"""`rnn-conformance new`: the skeleton, and adapters for other people's conventions, held to torch.nn.RNN itself."""

import importlib.util
import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from conformance.cli.new import new

FOREIGN = Path(__file__).parent / "subjects" / "foreign"
I, H, T, B = 6, 5, 8, 3  # noqa: E741 -- as the adapters name them
_numbers = itertools.count()


def run(*arguments):
    """The command's exit code and output."""
    result = CliRunner().invoke(new, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), f"it raised {result.exception!r}"
    return result.exit_code, " ".join(result.output.split())


def import_file(path):
    spec = importlib.util.spec_from_file_location(f"scaffolded_{next(_numbers)}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def adapter_for(target, folder):
    """The class of the adapter for a foreign file, and what the command said."""
    path = folder / "adapter.py"
    code, said = run(path, "--from", FOREIGN / target)
    assert code == 0, said
    return import_file(path).RNN, said


def pair(cls, dtype=torch.float64, **options):
    """torch's network, with random parameters, and theirs with the same."""
    torch.manual_seed(5)
    right = torch.nn.RNN(I, H, **options).to(dtype)
    theirs = cls(I, H, **options)
    theirs.load_state_dict({name: p.detach().numpy().copy() for name, p in right.state_dict().items()})
    return right, theirs


def draw(right, *, batch=True):
    """An input and a state for a network of torch's."""
    rows = right.num_layers * (2 if right.bidirectional else 1)
    sizes = ((B, T) if right.batch_first else (T, B)) if batch else (T,)
    rng = np.random.default_rng(7)
    dtype = next(right.parameters()).detach().numpy().dtype
    return rng.normal(size=(*sizes, I)).astype(dtype), rng.normal(size=(rows, *([B] * batch), H)).astype(dtype)


def difference(right, theirs, x, h_0):
    """How far output and h_n are from torch's."""
    wanted = right(torch.from_numpy(x), *([] if h_0 is None else [torch.from_numpy(h_0)]))
    got = theirs.forward(x, *([] if h_0 is None else [h_0]))
    assert [g.shape for g in got] == [tuple(w.shape) for w in wanted]
    return max(np.abs(g - w.detach().numpy()).max() for g, w in zip(got, wanted, strict=True))


def gradient_differences(right, theirs, x, h_0):
    """How far each gradient is from torch's, by name."""
    leaves = {"input": torch.from_numpy(x).requires_grad_()}
    if h_0 is not None:
        leaves["h_0"] = torch.from_numpy(h_0).requires_grad_()
    wanted = right(*leaves.values())
    theirs.forward(x, *([] if h_0 is None else [h_0]))
    rng = np.random.default_rng(11)
    upstream = [rng.normal(size=w.shape).astype(x.dtype) for w in wanted]
    leaves |= dict(right.named_parameters())
    gradients = torch.autograd.grad(wanted, list(leaves.values()), [torch.from_numpy(g) for g in upstream])
    got = theirs.backward(*upstream)
    assert set(got) == set(leaves)
    return {n: np.abs(got[n] - g.numpy()).max() for n, g in zip(leaves, gradients, strict=True)}


#: What each foreign file offers beside one layer with tanh and a bias.
SETTLED = {
    "concatenated.py": {"h_0"},
    "coursera.py": {"h_0", "gradients"},
    "keras_like.py": {"h_0", "relu", "no bias"},
    "layers_as_functions.py": {"h_0", "gradients"},
    "linear_cell.py": {"h_0", "gradients"},
    "min_char.py": {"h_0", "gradients"},
    "nested_cells.py": {"h_0", "layers", "gradients"},
    "other_side.py": {"h_0"},
    "output_layer.py": set(),
    "python_lists.py": {"h_0"},
    "remembering_step.py": {"h_0"},
    "state_first.py": {"h_0"},
    "time_rnn.py": {"gradients"},
    "torch_names.py": {"h_0", "relu", "no bias", "layers", "directions"},
    "torch_parameters.py": {"h_0", "gradients"},
    "transposed.py": {"h_0", "gradients"},
    "two_networks.py:Plain": {"h_0"},
}
OPTIONS = {
    "relu": {"nonlinearity": "relu"},
    "no bias": {"bias": False},
    "layers": {"num_layers": 3},
    "directions": {"bidirectional": True},
}


@pytest.mark.parametrize("target", SETTLED)
def test_an_adapter_that_could_be_settled_agrees_with_torch(target, tmp_path):
    cls, said = adapter_for(target, tmp_path)
    offers = SETTLED[target]
    assert "tried, right" in said, said
    assert "fill in" not in said, said
    assert "The check is the judge" in said
    for batch_first, batch in [(False, True), (True, True), (False, False), (True, False)]:
        right, theirs = pair(cls, batch_first=batch_first)
        x, h_0 = draw(right, batch=batch)
        for state in (None, h_0) if "h_0" in offers else (None,):
            form = f"batch_first={batch_first}, {'batched' if batch else 'unbatched'}, h_0 {state is not None}"
            assert difference(right, theirs, x, state) < 1e-12, form
            if "gradients" in offers:
                far = gradient_differences(right, theirs, x, state)
                assert max(far.values()) < 1e-11, f"{form}: {far}"


@pytest.mark.parametrize("target", SETTLED)
def test_an_adapter_offers_what_theirs_offers_and_declines_the_rest(target, tmp_path):
    cls, _ = adapter_for(target, tmp_path)
    for option, settings in OPTIONS.items():
        if option not in SETTLED[target]:
            with pytest.raises(NotImplementedError):
                cls(I, H, **settings)
            continue
        right, theirs = pair(cls, **settings)
        x, h_0 = draw(right)
        assert difference(right, theirs, x, h_0) < 1e-12, option
        if "gradients" in SETTLED[target]:
            assert max(gradient_differences(right, theirs, x, h_0).values()) < 1e-11, option
    assert ("gradients" in SETTLED[target]) == hasattr(cls, "backward")
    if "h_0" not in SETTLED[target]:
        right, theirs = pair(cls)
        with pytest.raises(NotImplementedError, match="takes no initial state"):
            theirs.forward(*draw(right))


def test_a_network_without_bias_declines_one(tmp_path):
    cls, said = adapter_for("two_networks.py:Unbiased", tmp_path)
    assert "not offered bias," in said
    with pytest.raises(NotImplementedError, match="Unbiased has no bias"):
        cls(I, H)
    right, theirs = pair(cls, bias=False)
    assert difference(right, theirs, *draw(right)) < 1e-12


def test_what_they_print_is_not_passed_on(tmp_path):
    _, said = adapter_for("min_char.py", tmp_path)
    assert "forward done" not in said


def test_the_account_names_arrays_layouts_and_parts(tmp_path):
    _, said = adapter_for("nested_cells.py", tmp_path)
    assert "weight_ih as cells[{k}].Wx (I, H): multiplied from the right, so transposed" in said
    assert "and a state of (L, B, H)" in said
    assert "nested_cells.py:Cell" in said
    assert f"rnn-conformance check {tmp_path / 'adapter.py'}" in said


def test_float32_is_declined_where_theirs_answers_it_with_float64(tmp_path):
    cls, said = adapter_for("python_lists.py", tmp_path)
    assert "given float32 it returns float64, so its adapter declines float32" in said
    right, theirs = pair(cls, torch.float32)
    with pytest.raises(NotImplementedError, match="computes in float64 alone"):
        theirs.forward(draw(right)[0])


def test_float32_is_kept_where_theirs_keeps_it(tmp_path):
    cls, _ = adapter_for("min_char.py", tmp_path)
    right, theirs = pair(cls, torch.float32)
    assert difference(right, theirs, *draw(right)) < 1e-5


# What cannot be settled is told; what is wrong stays wrong.


def test_a_forgotten_state_is_not_remembered_by_the_adapter(tmp_path):
    cls, said = adapter_for("forgetful.py", tmp_path)
    assert "tried, wrong output and h_n" in said
    right, theirs = pair(cls)
    x, h_0 = draw(right)
    assert difference(right, theirs, x, h_0) > 0.01
    assert difference(right, theirs, x[:1], h_0) < 1e-12, "a single step is right, so the mapping is"
    assert "told by the shape of what came back alone" in (tmp_path / "adapter.py").read_text()


def test_where_nothing_agrees_the_layout_is_told_by_cause_and_effect(tmp_path):
    cls, said = adapter_for("wrong_activation.py", tmp_path)
    assert "with an input of (B, T, I)" in said
    assert "tried, wrong" in said
    assert "Wr is square and does not show its side; it is taken to be like W_ih's." in said
    assert "no backward: backward(targets, learning_rate) asks for learning_rate" in said
    text = (tmp_path / "adapter.py").read_text()
    assert "No trial run agreed with torch: the layout was told by which steps of output change" in text
    right, theirs = pair(cls)
    assert difference(right, theirs, draw(right)[0], None) > 0.01


def test_wrong_gradients_stay_wrong_and_are_called_a_guess(tmp_path):
    cls, said = adapter_for("averaged_gradients.py", tmp_path)
    assert "tried, wrong gradients" in said
    right, theirs = pair(cls)
    far = gradient_differences(right, theirs, *draw(right))
    assert far["input"] < 1e-11
    assert far["h_0"] < 1e-11
    assert min(far[name] for name in far if name not in ("input", "h_0")) > 0.01
    text = (tmp_path / "adapter.py").read_text()
    assert "Told by name and shape; no trial run agreed with torch: weight_ih, weight_hh" in text


def test_gradients_that_are_nowhere_are_to_be_filled_in(tmp_path):
    cls, said = adapter_for("no_input_gradient.py", tmp_path)
    assert 'fill in the gradients of input and h_0; self.theirs.backward(g) leaves gradients["Wx"] (I, H)' in said
    assert "Fill in what is left" in said
    right, theirs = pair(cls)
    assert difference(right, theirs, *draw(right)) < 1e-12
    upstream = np.ones((T, B, H)), np.ones((1, B, H))
    with pytest.raises(NotImplementedError, match="fill in: the gradients of input and h_0"):
        theirs.backward(*upstream)
    text = (tmp_path / "adapter.py").read_text()
    assert 'found["weight_ih_l0"] = gradients["Wx"].T' in text, "what is known stands there all the same"


def test_weights_that_are_nowhere_are_to_be_filled_in(tmp_path):
    cls, said = adapter_for("weights_in_forward.py", tmp_path)
    assert "fill in where weight_ih and weight_hh belong; FreshRNN holds no arrays" in said
    with pytest.raises(NotImplementedError, match="fill in: where weight_ih and weight_hh belong"):
        cls(I, H).load_state_dict({})


def test_a_call_that_nothing_fits_is_to_be_filled_in_with_what_it_said(tmp_path):
    cls, said = adapter_for("tokens.py", tmp_path)
    assert "weight_ih as Wxh (H, I)" in said
    assert "fill in how CharRNN.forward is called: IndexError at tokens.py:" in said
    with pytest.raises(NotImplementedError, match="fill in: how CharRNN.forward is called"):
        cls(I, H).forward(np.zeros((T, B, I)))


def test_options_in_their_own_terms_are_to_be_filled_in_and_the_rest_is_right(tmp_path):
    cls, said = adapter_for("own_directions.py", tmp_path)
    assert "fill in nonlinearity: what activation should be for relu" in said
    assert "fill in bidirectional: which array belongs to which direction; with two it holds Wx[0] (I, H)" in said
    with pytest.raises(NotImplementedError, match="fill in: bidirectional"):
        cls(I, H, bidirectional=True)
    right, theirs = pair(cls)
    assert difference(right, theirs, draw(right)[0], None) < 1e-12


def test_a_class_that_cannot_be_built_is_to_be_filled_in(tmp_path):
    source = tmp_path / "theirs.py"
    source.write_text(
        "class RNN:\n"
        "    def __init__(self, config):\n"
        "        self.size = config.size\n"
        "    def forward(self, x):\n"
        "        return x\n"
    )
    code, said = run(tmp_path / "adapter.py", "--from", f"{source}:RNN")
    assert code == 0
    assert "fill in how RNN is built: theirs.RNN(config=input_size) raises AttributeError" in said
    with pytest.raises(NotImplementedError, match="fill in: how RNN is built"):
        import_file(tmp_path / "adapter.py").RNN(I, H)


# What nothing can be written for is one sentence.


def refused(*arguments):
    code, said = run(*arguments)
    assert code == 2, said
    assert "Traceback" not in said
    return said


def test_several_networks_are_named_to_choose_from(tmp_path):
    said = refused(tmp_path / "adapter.py", "--from", FOREIGN / "two_networks.py")
    assert "has 2 that could be meant; choose one: " in said
    assert "two_networks.py:Plain" in said
    assert "two_networks.py:Unbiased" in said


def test_a_file_without_rnn_says_what_it_has(tmp_path):
    said = refused(tmp_path / "adapter.py", "--from", FOREIGN / "no_rnn.py")
    assert "no_rnn.py has no RNN that can be recognised" in said
    assert "It has class Perceptron, function accuracy" in said
    assert not (tmp_path / "adapter.py").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def f(:", "cannot be imported: SyntaxError at theirs.py:1: invalid syntax"),
        ("import there_is_no_such_module", "cannot be imported: ModuleNotFoundError at theirs.py:1"),
        ("\n1 / 0", "cannot be imported: ZeroDivisionError at theirs.py:2: division by zero"),
        ("import sys\nsys.exit(3)", "ends Python when it is imported"),
        ("x = 3", "It has neither classes nor functions"),
        (
            "class RNN:\n    def load_state_dict(self, state): ...\n    def forward(self, x, h_0=None): ...",
            "RNN of {path} has a load_state_dict and needs no adapter: rnn-conformance check {path}:RNN",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(text, sentence, tmp_path):
    path = tmp_path / "theirs.py"
    path.write_text(text)
    assert sentence.format(path=path) in refused(tmp_path / "adapter.py", "--from", path)


def test_names_that_lead_nowhere_are_one_sentence(tmp_path):
    path = tmp_path / "adapter.py"
    assert "does not exist" in refused(path, "--from", tmp_path / "missing.py")
    assert "has nothing of that name, but should have" in refused(path, "--from", FOREIGN / "min_char.py:Nothing")
    assert "should be a file" in refused(path, "--from", "package.module:RNN")


def test_nothing_is_overwritten_unless_asked(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("precious")
    for source in ([], ["--from", FOREIGN / "min_char.py"]):
        assert "exists; choose another name, or overwrite it with --force" in refused(path, *source)
        assert path.read_text() == "precious"
    code, _ = run(path, "--force")
    assert code == 0
    assert "class RNN" in path.read_text()


def test_their_own_file_is_not_overwritten_even_when_asked(tmp_path):
    path = tmp_path / "theirs.py"
    path.write_text((FOREIGN / "min_char.py").read_text())
    assert "is the very file to be adapted" in refused(path, "--from", path, "--force")
    assert "class CharRNN" in path.read_text()


def test_a_file_must_end_in_py_and_stand_in_a_folder(tmp_path):
    assert "should end in .py" in refused(tmp_path / "mine.txt")
    assert "is not a folder; make it first" in refused(tmp_path / "nowhere" / "mine.py")


# The skeleton.


def test_the_skeleton_is_right_in_all_it_offers(tmp_path):
    path = tmp_path / "my_rnn.py"
    code, said = run(path)
    assert code == 0
    assert said.endswith(f"rnn-conformance check {path}")
    cls = import_file(path).RNN
    for bias, batch_first, batch in itertools.product((True, False), repeat=3):
        right, mine = pair(cls, bias=bias, batch_first=batch_first)
        x, h_0 = draw(right, batch=batch)
        assert difference(right, mine, x, h_0) < 1e-12
        assert difference(right, mine, x, None) < 1e-12
    for declined in ({"num_layers": 2}, {"nonlinearity": "relu"}, {"bidirectional": True}):
        with pytest.raises(NotImplementedError):
            cls(I, H, **declined)
    assert not hasattr(cls, "backward")
