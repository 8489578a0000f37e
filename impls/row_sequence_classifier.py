"""An image read row by row by torch.nn.RNN, and classified by its last state.

An image is a sequence of its rows. The last layer's h_n, which has seen them all, goes through a linear layer; its
outputs are the logits of cross entropy.
"""

from __future__ import annotations

import torch


class RNN(torch.nn.RNN):
    """The recurrent core: torch.nn.RNN, its h_0 handed on as it is given and left out where it is not."""

    def forward(self, input: torch.Tensor, h_0: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:  # noqa: A002 -- torch's name
        """Output (T, B, D*H) or, with batch_first, (B, T, D*H), and h_n (L*D, B, H) in either case.

        Unbatched input has no batch axis in either of them. Without h_0 every scan starts from zeros.
        """
        return super().forward(input, h_0)


class RowSequenceClassifier(torch.nn.Module):
    """The core and a linear head over its last layer's last state."""

    def __init__(self, row_size: int = 28, hidden_size: int = 128, num_layers: int = 2, classes: int = 10) -> None:
        super().__init__()
        self.rnn = RNN(row_size, hidden_size, num_layers, batch_first=True)
        self.head = torch.nn.Linear(hidden_size, classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (B, classes) of images (B, rows, row_size): one tensor, so that a loss can take it as it is."""
        _, h_n = self.rnn(images)
        return self.head(h_n[-1])
