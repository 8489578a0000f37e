"""A call without h_0 starts from where the last call ended."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def initial_state(self, sequence, h_0):
        kept = getattr(self, "kept", None)
        if h_0 is None and kept is not None and kept.shape[1] == sequence.shape[1]:
            return kept
        return super().initial_state(sequence, h_0)

    def run_layers(self, sequence, h_0):
        output, self.kept = super().run_layers(sequence, h_0)
        return output, self.kept.copy()
