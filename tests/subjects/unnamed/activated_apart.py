"""The nonlinearity is applied to the input's part and to the state's part, and the two are added."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def step(self, x, state, layer, direction):
        return self.part("ih", x, layer, direction) + self.part("hh", state, layer, direction)

    def part(self, kind, rows, layer, direction):
        pre = self.product(rows, self.parameter(f"weight_{kind}", layer, direction).T)
        if self.bias:
            pre = pre + self.parameter(f"bias_{kind}", layer, direction)
        return self.activate(pre)
