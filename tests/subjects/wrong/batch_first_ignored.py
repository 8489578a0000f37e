"""batch_first is accepted and ignored."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def __init__(self, *sizes, batch_first=False, **others):
        super().__init__(*sizes, **others)
