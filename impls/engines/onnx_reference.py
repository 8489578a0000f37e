"""ONNX's RNN operator, run by ONNX's own reference evaluator."""

from __future__ import annotations

from _onnx_model import Array, OnnxNetwork
from onnx.reference import ReferenceEvaluator


class RNN(OnnxNetwork):
    """A model and an evaluator for each call; it has no gradients."""

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, ...]:  # noqa: A002 -- torch's name
        """Output and h_n, shaped as torch's; an RNN node takes a batch."""
        if input.ndim == 2:  # noqa: PLR2004 -- (T, I)
            raise NotImplementedError("unbatched input")
        given = {"sequence_0": input} if h_0 is None else {"sequence_0": input, "h_0": h_0}
        try:
            evaluator = ReferenceEvaluator(self.model(h_0=h_0 is not None))
        except RuntimeError as error:  # in its own words, so that it counts again once it has relu
            if "Unknown activation function" not in str(error):
                raise
            raise NotImplementedError(str(error)) from None
        return tuple(evaluator.run(["output", "h_n"], given))
