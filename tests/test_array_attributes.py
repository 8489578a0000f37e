"""What arrays an object holds, and which of torch's parameters each is."""

import numpy as np
import pytest

from conformance.array_attributes import describe_arrays, find_arrays
from conformance.array_mapping import roles, suggest_load_state_dict
from conformance.array_role import Role

H, I = 5, 4  # noqa: E741 -- as shapes are written
SHAPES = {"weight_ih_l0": (H, I), "weight_hh_l0": (H, H), "bias_ih_l0": (H,), "bias_hh_l0": (H,)}


class Cell:
    def __init__(self):
        self.W = np.zeros((H, I))


class Network:
    shared = np.zeros((2, 2))

    def __init__(self):
        self.cells = [Cell(), Cell()]
        self.params = {"Wx": np.zeros((I, H))}
        self.Wx = self.params["Wx"]
        self.lists = [[1.0, 2.0], [3.0, 4.0]]
        self.sizes = [4, 5]
        self.count = np.float64(3)
        self.itself = self
        self.cells[0].parent = self

    @property
    def broken(self):
        raise ZeroDivisionError

    @broken.setter
    def broken(self, value):
        raise ZeroDivisionError

    @property
    def transposed(self):
        return self.Wx.T


def test_arrays_are_found_in_lists_dicts_and_parts_and_once_each():
    assert describe_arrays(Network()) == [
        ("cells[0].W", (H, I)),
        ("cells[1].W", (H, I)),
        ("Wx", (I, H)),
        ("lists", (2, 2)),
        ("shared", (2, 2)),
    ]


def test_every_path_to_the_same_array_is_known():
    found = {array.path: array.aliases for array in find_arrays(Network())}
    assert found["Wx"] == ('params["Wx"]',)


def test_what_raises_when_it_is_read_is_left_out():
    class Hostile:
        def __getattribute__(self, name):
            raise RuntimeError(name)

    class Slotted:
        __slots__ = ("W", "__dict__", "never_set")

        def __init__(self):
            self.W = np.zeros(3)

    assert describe_arrays(Hostile()) == []
    assert describe_arrays(Slotted()) == [("W", (3,))]
    assert describe_arrays(3) == []


def test_a_torch_module_shows_its_parameters_under_the_names_its_code_uses():
    torch = pytest.importorskip("torch")

    class Module(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.W = torch.nn.Parameter(torch.zeros(H, I))
            self.cells = torch.nn.ModuleList([torch.nn.Linear(2, 3, bias=False)])
            self.plain = torch.zeros(3)

    found = find_arrays(Module())
    assert [(array.path, array.shape, array.kind) for array in found] == [
        ("W", (H, I), "tensor"),
        ("cells[0].weight", (3, 2), "tensor"),
        ("plain", (3,), "tensor"),
    ]


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        (
            {"Wxh": (H, I), "Whh": (H, H), "Why": (7, H), "bh": (H, 1), "by": (7, 1), "mWxh": (H, I), "mbh": (H, 1)},
            {
                "Wxh": Role("weight_ih", (H, I)),
                "Whh": Role("weight_hh", (H, H)),
                "bh": Role("bias", (H, 1)),
            },
        ),
        (
            {"kernel": (I, H), "recurrent_kernel": (H, H), "bias": (H,), "h": (H,)},
            {
                "kernel": Role("weight_ih", (I, H), transposed=True),
                "recurrent_kernel": Role("weight_hh", (H, H), transposed=True),
                "bias": Role("bias", (H,)),
            },
        ),
        (
            {"W": (I + H, H), "dW": (I + H, H), "b": (1, H)},
            {"W": Role("weights", (I + H, H), transposed=True), "b": Role("bias", (1, H))},
        ),
        (
            {"w_in": (H, I), "w_rec": (H, H), "b_hh": (H,), "b_ih": (H,)},
            {
                "w_in": Role("weight_ih", (H, I)),
                "w_rec": Role("weight_hh", (H, H)),
                "b_ih": Role("bias_ih", (H,)),
                "b_hh": Role("bias_hh", (H,)),
            },
        ),
        ({"W1": (7, 3), "b1": (3,)}, {}),
    ],
)
def test_roles_are_told_by_shape_then_by_name(arrays, expected):
    assert roles(list(arrays.items()), I, H) == expected


def test_square_arrays_are_told_by_name():
    found = roles([("Whh", (H, H)), ("Wxh", (H, H))], H, H)
    assert {path: role.kind for path, role in found.items()} == {"Whh": "weight_hh", "Wxh": "weight_ih"}


@pytest.mark.parametrize(
    "role",
    [
        Role("weight_ih", (H, I)),
        Role("weight_ih", (I, H), transposed=True),
        Role("weight_hh", (1, H, H), transposed=True),
        Role("weights", (H, I + H)),
        Role("weights", (I + H, H), transposed=True, hidden_first=True),
        Role("bias_ih", (H, 1)),
        Role("bias_hh", (1, H)),
    ],
)
def test_what_an_expression_lays_out_is_read_back_as_it_was(role):
    rng = np.random.default_rng(3)
    state = {name: rng.normal(size=shape) for name, shape in SHAPES.items()}
    array = eval(role.expression(), {"state": state, "np": np})
    assert array.shape == role.shape

    class Adapter:
        hidden_size = H

    for name, text in role.gradients("array").items():
        back = eval(text, {"array": array, "self": Adapter})
        assert np.array_equal(back, state[f"{name}_l0"]), f"{name} is read back by {text} as something else"


def test_one_bias_is_filled_with_the_sum_and_gives_its_gradient_to_both():
    role = Role("bias", (H, 1))
    state = {"bias_ih_l0": np.arange(H), "bias_hh_l0": np.ones(H)}
    assert np.array_equal(eval(role.expression(), {"state": state})[:, 0], np.arange(H) + 1)
    assert role.gradients("db") == {"bias_ih": "db[:, 0]", "bias_hh": "db[:, 0]"}


def test_the_suggested_load_state_dict_runs_and_fills_the_object():
    network = Network()
    network.Whh, network.bh = np.zeros((H, H)), np.zeros((H, 1))
    network.cells, network.shared, network.lists = [], 0, 0
    text = suggest_load_state_dict(describe_arrays(network), SHAPES)
    names = {"np": np}
    exec(text, names)
    state = {name: np.random.default_rng(1).normal(size=shape) for name, shape in SHAPES.items()}
    names["load_state_dict"](network, state)
    assert np.array_equal(network.Wx, state["weight_ih_l0"].T)
    assert np.array_equal(network.Whh, state["weight_hh_l0"].T)
    assert np.array_equal(network.bh[:, 0], state["bias_ih_l0"] + state["bias_hh_l0"])


def test_the_suggestion_says_what_has_no_place_and_what_to_do_without_arrays():
    assert "still to be placed: bias_ih_l0, bias_hh_l0" in suggest_load_state_dict(
        [("W", (H, I)), ("U", (H, H))], SHAPES
    )
    assert "self.state = state" in suggest_load_state_dict([], SHAPES)
