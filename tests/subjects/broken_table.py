"""What the harness must say of each subject of broken/."""

#: Those that are right all the same, whatever else they do.
RIGHT_ALL_THE_SAME = ("prints_a_lot", "warns", "numpy_errors_raise", "catches_everything")

#: Those in which there is nothing to check: what the sentence says.
NOTHING_THERE = {
    "no_network": "has no RNN, but should have a class RNN, one class with forward, or a function rnn",
    "two_candidates": "it has class Elman, class Jordan. Choose one with",
}

#: Those that cannot be connected: what the one sentence says.
NOT_CONNECTED = {
    "missing_module": "missing_module cannot be imported: ModuleNotFoundError",
    "raises_at_import": "raises_at_import cannot be imported: KeyError at raises_at_import.py:3",
    "exits_at_import": "exits_at_import cannot be imported: SystemExit",
    "own_parameters": "its answer is the same whatever they are",
    "other_names": "It has W_xh (4, 5), W_hh (5, 5), b_h (5,). `rnn-conformance new adapter.py --from",
    "no_forward": "it has neither forward(input, h_0=None) nor __call__",
}

#: Those that get an error in every case, or decline it: status and what the sentence says.
EVERY_CASE = {
    "constructor_raises": ("error", "construct raised ValueError at constructor_raises.py:6 (no network today)"),
    "constructor_takes_nothing": ("error", "construct raised TypeError"),
    "exception_without_words": ("error", "its message cannot be read"),
    "long_message": ("error", "forward raised RuntimeError at long_message.py:12 (all is lost; and lost, "),
    "exits_in_forward": ("error", "forward raised SystemExit"),
    "recurses_forever": ("error", "forward raised RecursionError"),
    "returns_scalars": ("fail", "output is a float, but should be a numpy.ndarray"),
    "returns_none": ("fail", "what the call returned is None, but should be (output, h_n)"),
    "backward_raises": ("error", "backward raised ZeroDivisionError at backward_raises.py:12 (no way back)"),
    "backward_declines": ("unsupported", "declined: backward is not written yet"),
    "refuses_all": ("unsupported", "declined: not yet written"),
}

#: Those that end the process that calls them: what the command line says of its end.
END_THE_PROCESS = {
    "dies_in_forward": "ended with exit code 0",
    "killed_in_forward": "ended by SIGKILL",
}

#: The one that acts as Ctrl-C does: the run ends, and there is no verdict.
INTERRUPTS = "interrupts"
