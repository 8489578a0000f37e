"""As published: an image read row by row by torch.nn.RNN, whose h_0 is drawn at random in every pass.

Written anew from what the published code does; `../row_sequence_classifier.py` is the same put right.
"""

from __future__ import annotations

import torch


class RNN(torch.nn.RNN):
    """The recurrent core: torch.nn.RNN, with random numbers in place of any h_0."""

    def forward(self, input: torch.Tensor, h_0: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:  # noqa: A002, ARG002 -- torch's name; h_0 is never read, as published
        """Output and h_n as torch lays them out, from states that nobody asked for."""
        rows = self.num_layers * (2 if self.bidirectional else 1)
        batch = () if input.dim() == 2 else (input.size(0 if self.batch_first else 1),)  # noqa: PLR2004 -- (T, I)
        drawn = torch.randn(rows, *batch, self.hidden_size, dtype=input.dtype)
        return super().forward(input, drawn)


class RowSequenceClassifier(torch.nn.Module):
    """The core and a linear head over its last layer's last state: 28 rows of 28 numbers, 10 classes."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = RNN(28, 128, 2, batch_first=True)
        self.head = torch.nn.Linear(128, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (B, 10) of images (B, 28, 28)."""
        _, h_n = self.rnn(images)
        return self.head(h_n[-1])
