"""What the harness must find wrong with each subject of wrong/: on which cases, in which layer, in which words."""

from typing import NamedTuple

V, G = "values/configurations*", "gradients/configurations*"
ONE = "num_layers=1,bidirectional=false,batch_first=false,bias=true,nonlinearity=tanh"
DEEP = "num_layers=2,bidirectional=false,batch_first=false,bias=true,nonlinearity=tanh"
BOTH_WAYS = "num_layers=2,bidirectional=true,batch_first=false,bias=true,nonlinearity=tanh"
BATCH_FIRST = "num_layers=1,batch_first=true,bias=true,nonlinearity=tanh"
RELU = "num_layers=1,bidirectional=false,batch_first=false,bias=true,nonlinearity=relu"
UNBATCHED = "num_layers=1,batch_size=unbatched,bias=true,nonlinearity=tanh"


class Finding(NamedTuple):
    """At least one case of `case` within `where` is found wrong in `layer` (or is an error), and says `words`."""

    case: str
    where: str
    layer: str
    words: str


WRONG = {
    # State over time.
    "state_not_carried": Finding(V, ONE, "value", "at time step 1 (layer 0, forward"),
    "h_0_ignored": Finding(V, ONE, "value", "at time step 0 (layer 0, forward"),
    "h_0_first_layer_reused": Finding(V, DEEP, "value", "output is"),
    "h_0_ignored_in_reverse": Finding(V, BOTH_WAYS, "value", "output is"),
    "initial_state_of_ones": Finding(V, ONE, "value", "at time step 0 (layer 0, forward"),
    "output_aliases_last_state": Finding(V, ONE, "value", "at time step 0 (layer 0, forward"),
    "output_shifted": Finding(V, ONE, "value", "output is 0 at time step 0"),
    "output_reversed_in_time": Finding(V, ONE, "value", "at time step 0 (layer 0, forward"),
    "output_holds_initial_state": Finding(
        V, ONE, "shape", "output is of shape (8, 5, 11), but should be of shape (7, 5, 11)"
    ),
    "state_kept_between_calls": Finding("values/independence*", "", "purity", "wrong in the second call"),
    "batch_size_remembered": Finding("values/independence*", "", "error", "forward, call 2 of"),
    "long_sequences_cut": Finding("values/sequence_length*", "seq_len=200,num_layers=1", "value", "at time step 100"),
    # Layers and directions.
    "layers_share_weights": Finding(
        V, "num_layers=3,bidirectional=false,bias=true,batch_first=false", "value", "output is"
    ),
    "layer_reads_input_again": Finding("values/equal_input_and_hidden*", "", "value", "output is"),
    "layer_reads_one_direction": Finding(V, BOTH_WAYS, "value", "output is"),
    "num_layers_ignored": Finding(V, DEEP, "shape", "h_n is of shape (1, 5, 11), but should be of shape (2, 5, 11)"),
    "bidirectional_ignored": Finding(
        V, BOTH_WAYS, "shape", "output is of shape (7, 5, 11), but should be of shape (7, 5, 22)"
    ),
    "h_n_last_layer_only": Finding(V, DEEP, "shape", "h_n is of shape (1, 5, 11), but should be of shape (2, 5, 11)"),
    "h_n_direction_major": Finding(V, BOTH_WAYS, "value", "(layer 0, reverse, "),
    "h_n_reverse_from_last_step": Finding(V, BOTH_WAYS, "value", "(layer 0, reverse, "),
    "reverse_not_reversed": Finding(V, BOTH_WAYS, "value", "output is"),
    "reverse_not_restored": Finding(V, BOTH_WAYS, "value", "output is"),
    "reverse_uses_forward_weights": Finding(V, BOTH_WAYS, "value", "output is"),
    "directions_swapped": Finding(V, BOTH_WAYS, "value", "output is"),
    "directions_summed": Finding(
        V, BOTH_WAYS, "shape", "output is of shape (7, 5, 11), but should be of shape (7, 5, 22)"
    ),
    "directions_interleaved": Finding(V, BOTH_WAYS, "value", "output is"),
    # The cell.
    "nonlinearity_ignored": Finding(V, RELU, "value", "output is"),
    "relu_by_default": Finding(V, ONE, "value", "output is"),
    "relu_leaks": Finding(V, RELU, "value", "output is"),
    "bias_hh_unread": Finding(V, ONE, "value", "at time step 0 (layer 0, forward"),
    "bias_ih_doubled": Finding(V, ONE, "value", "at time step 0 (layer 0, forward"),
    "bias_once_a_sequence": Finding(V, ONE, "value", "at time step 1 (layer 0, forward"),
    "bias_false_unforeseen": Finding(V, "num_layers=1,bias=false,batch_first=false", "error", "KeyError"),
    "weight_hh_transposed": Finding(V, ONE, "value", "at time step 1 (layer 0, forward"),
    "weight_ih_reshaped": Finding(V, ONE, "value", "at time step 0 (layer 0, forward"),
    "float32_inside": Finding(V, ONE, "value", "output is"),
    "float32_returned": Finding(V, ONE, "dtype", "output is float32, but should be float64"),
    "float64_returned": Finding(
        "values/precision_configurations*", "", "dtype", "output is float64, but should be float32"
    ),
    "long_sums_in_float32": Finding("values/hidden_size*", "hidden_size=128,bidirectional=false", "value", "output is"),
    "tanh_overflows": Finding("values/input_scale*", "nonlinearity=tanh", "finite", "output is nan"),
    "tanh_interpolated": Finding(V, ONE, "value", "output is"),
    "state_clipped": Finding("values/bias_scale*", "nonlinearity=relu", "value", "output is 2 at"),
    "noisy": Finding(V, ONE, "value", "output is"),
    "dropout_scales_output": Finding("values/dropout*", "", "value", "output is"),
    # Shapes and layout.
    "batch_first_ignored": Finding(
        V, BATCH_FIRST, "shape", "h_n is of shape (1, 7, 11), but should be of shape (1, 5, 11)"
    ),
    "batch_first_applied_to_h_n": Finding(
        V, BATCH_FIRST, "shape", "h_n is of shape (5, 1, 11), but should be of shape (1, 5, 11)"
    ),
    "batch_first_applied_to_h_0": Finding(
        V, "num_layers=2,batch_first=true,bias=true,bidirectional=false", "value", "output is"
    ),
    "unbatched_keeps_batch_axis": Finding(
        V, UNBATCHED, "shape", "output is of shape (7, 1, 11), but should be of shape (7, 11)"
    ),
    "unbatched_h_n_keeps_batch_axis": Finding(
        V, UNBATCHED, "shape", "h_n is of shape (1, 1, 11), but should be of shape (1, 11)"
    ),
    "unbatched_time_as_batch": Finding(V, UNBATCHED, "value", "output is"),
    "unbatched_refused": Finding(V, UNBATCHED, "error", "forward raised ValueError"),
    "size_one_axes_dropped": Finding(V, ONE, "shape", "output is of shape (7, 11), but should be of shape (7, 1, 11)"),
    "h_n_without_layer_axis": Finding(V, ONE, "shape", "h_n is of shape (5, 11), but should be of shape (1, 5, 11)"),
    "output_trailing_axis": Finding(
        V, ONE, "shape", "output is of shape (7, 5, 11, 1), but should be of shape (7, 5, 11)"
    ),
    "returns_lists": Finding(V, ONE, "type", "output is a list of 7, but should be a numpy.ndarray"),
    "returns_output_alone": Finding(V, ONE, "arity", "but should be (output, h_n)"),
    "returns_three": Finding(V, ONE, "arity", "is 3 values, but should be 2: (output, h_n)"),
    "returns_swapped": Finding(V, ONE, "shape", "output is of shape (1, 5, 11), but should be of shape (7, 5, 11)"),
    # What it does to what it was given, and to what it has given.
    "input_changed": Finding(V, ONE, "purity", "changed input in place"),
    "h_0_changed": Finding(V, ONE, "purity", "changed h_0 in place"),
    "parameters_changed": Finding(V, ONE, "purity", "changed weight_ih_l0"),
    "parameters_updated_by_backward": Finding(G, ONE, "purity", "changed weight_ih_l0"),
    "upstream_changed": Finding(G, ONE, "purity", "changed the upstream gradient of output in place"),
    "output_overwritten_later": Finding("values/independence*", "", "purity", "changed output after returning it"),
    # The way back.
    "first_call_cached": Finding("gradients/independence*", "", "purity", "wrong in the second call"),
    "grad_accumulated": Finding("gradients/independence*", "", "purity", "wrong in the second call"),
    "grad_time_not_carried": Finding(G, ONE, "gradient", "the gradient of"),
    "grad_truncated": Finding(G, ONE, "gradient", "the gradient of"),
    "grad_h_n_ignored": Finding(G, ONE, "gradient", "the gradient of"),
    "grad_output_last_step_only": Finding(G, ONE, "gradient", "the gradient of"),
    "grad_weight_hh_current_state": Finding(G, ONE, "gradient", "the gradient of weight_hh_l0 is"),
    "grad_weight_hh_ignores_h_0": Finding(G, ONE, "gradient", "the gradient of weight_hh_l0 is"),
    "grad_weight_hh_wraps": Finding(G, ONE, "gradient", "the gradient of weight_hh_l0 is"),
    "grad_weight_hh_untransposed": Finding(G, ONE, "gradient", "the gradient of"),
    "grad_batch_averaged": Finding(G, ONE, "gradient", "the gradient of"),
    "grad_h_0_missing": Finding(G, ONE, "gradient", "the gradient of h_0 is missing"),
    "grad_h_0_keeps_batch_axis": Finding(
        G, UNBATCHED, "gradient", "the gradient of h_0 is of shape (1, 1, 11), but should be of shape (1, 11)"
    ),
    "grad_bias_missing": Finding(G, ONE, "gradient", "the gradients of bias_hh_l0, bias_ih_l0 are missing"),
    "grad_bias_from_upstream": Finding(G, ONE, "gradient", "the gradient of bias_hh_l0 is"),
    "grad_input_of_one_direction": Finding(G, BOTH_WAYS, "gradient", "the gradient of input is"),
    "grad_reverse_not_restored": Finding(G, BOTH_WAYS, "gradient", "the gradient of"),
    "grad_clipped": Finding("gradients/upstream_scale*", "", "gradient", "is 5 at"),
    "grad_relu_mask_missing": Finding(G, RELU, "gradient", "the gradient of"),
    "grad_relu_at_zero": Finding("gradients/input_zero*", "", "gradient", "the gradient of"),
    "grad_slope_of_slope": Finding(G, ONE, "gradient", "the gradient of"),
    "grad_layers_unconnected": Finding(G, DEEP, "gradient", "the gradient of"),
    "grad_batch_first_forgotten": Finding(
        G, BATCH_FIRST, "gradient", "the gradient of input is of shape (7, 5, 8), but should be of shape (5, 7, 8)"
    ),
    "grad_in_float32": Finding(G, ONE, "gradient", "is float32, but should be float64"),
    "grad_as_tuple": Finding(G, ONE, "gradient", "what backward returned is a tuple"),
    "grad_of_zeros": Finding(G, ONE, "gradient", "is 0 at"),
    "grad_nan": Finding(G, ONE, "gradient", "is nan"),
    # What would fool a comparison.
    "friendly_array": Finding(V, ONE, "type", "Friendly, but should be a numpy.ndarray"),
    "friendly_gradients": Finding(G, ONE, "gradient", "Friendly, but should be a numpy.ndarray"),
    "array_protocol_only": Finding(V, ONE, "type", "Convertible, but should be a numpy.ndarray"),
    "masked_array": Finding(V, ONE, "type", "MaskedArray, but should be a numpy.ndarray"),
    "matrix": Finding(V, UNBATCHED, "type", "matrix, but should be a numpy.ndarray"),
    "object_dtype": Finding(V, ONE, "type", "of dtype object, but should be a numpy.ndarray"),
    "big_endian": Finding(V, ONE, "dtype", "output is >f8, but should be float64"),
    "complex_returned": Finding(V, ONE, "dtype", "output is complex128, but should be float64"),
    "nan_everywhere": Finding(V, ONE, "finite", "output is nan at time step 0"),
    "nan_somewhere": Finding(V, ONE, "finite", "h_n is nan"),
    "nan_hidden": Finding("values/nan_in_input*", "", "finite", "but should be nan"),
    # torch modules.
    "torch_state_detached": Finding(G, ONE, "gradient", "the gradient of"),
    "torch_changes_in_place": Finding(G, ONE, "error", "backward raised RuntimeError"),
    "torch_returns_arrays": Finding(V, ONE, "type", "a numpy.ndarray of dtype float64, but should be a torch.Tensor"),
    "torch_weight_hh_frozen": Finding(G, ONE, "error", "backward raised RuntimeError"),
}

#: What no case can show; by now there is nothing.
UNSEEN: tuple[str, ...] = ()
