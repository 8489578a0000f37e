"""Ends the process at once, with success and without cleaning up, when it is called."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        os._exit(0)
