"""What the bench measures, and the table it prints."""

import os
import statistics
from dataclasses import dataclass

import numpy as np
import torch

#: What NumPy's and torch's libraries read their number of threads from, when they are imported.
VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class PairedTimes:
    """Times of one task, in seconds, round by round, and the ratio that is aimed at."""

    torch: list[float]
    reference: list[float]
    goal: float

    @property
    def ratio(self):
        """The median of the rounds' ratios: what slows the machine for a while slows both halves of a round."""
        return statistics.median(ours / theirs for ours, theirs in zip(self.reference, self.torch, strict=True))

    @property
    def cell(self):
        return f"{self.ratio:.3f} {'<=' if self.ratio <= self.goal else '> '} {self.goal:.2f}"


def table(rows):
    """The lines of the table: one for each size and dtype, with a ratio and its goal for each task."""
    yield "seq_len batch_size input_size hidden_size  dtype          forward  with gradients"
    for ((seq_len, batch_size, input_size, hidden_size), dtype), tasks in rows.items():
        cells = "  ".join(f"{tasks[task].cell if task in tasks else '':>14}" for task in ("forward", "gradients"))
        yield f"{seq_len:7} {batch_size:10} {input_size:10} {hidden_size:11}  {dtype:7} {cells}"
    threads = ", ".join(f"{name}={os.environ[name]}" for name in VARIABLES)
    yield f"Medians of paired ratios, and the goals. numpy {np.__version__}, torch {torch.__version__}."
    yield f"{threads}, torch.get_num_threads() is {torch.get_num_threads()}."


def training_table(rows):
    """The lines of the table of trainings: seconds of both, the greatest of the rounds together, and the ratio."""
    yield "training            dtype    steps  torch  reference  together (goal < 60 s)  ratio (goal <= 1)  accuracy"
    for name, dtype, task, times, accuracy in rows:
        together = max(a + b for a, b in zip(times["torch"], times["reference"], strict=True))
        medians = [statistics.median(times[who]) for who in ("torch", "reference")]
        ratio = PairedTimes(times["torch"], times["reference"], 1.0)
        yield (
            f"{name:19} {dtype:8} {len(task.batches):5} {medians[0]:6.2f} {medians[1]:10.2f} {together:23.2f} "
            f"{ratio.cell:>18} {accuracy:9.1%}"
        )
