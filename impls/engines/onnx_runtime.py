"""ONNX's RNN operator, run by ONNX Runtime on the CPU."""

from __future__ import annotations

import onnxruntime
from _onnx_model import Array, OnnxNetwork
from onnxruntime.capi.onnxruntime_pybind11_state import Fail
from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented as NotOffered

onnxruntime.set_default_logger_severity(4)  # it logs what it raises


class RNN(OnnxNetwork):
    """A model and a session for each call; an inference engine, so there are no gradients."""

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, ...]:  # noqa: A002 -- torch's name
        """Output and h_n, shaped as torch's; an RNN node takes a batch."""
        if input.ndim == 2:  # noqa: PLR2004 -- (T, I)
            raise NotImplementedError("unbatched input")
        given = {"sequence_0": input} if h_0 is None else {"sequence_0": input, "h_0": h_0}
        return tuple(self._session(h_0=h_0 is not None).run(["output", "h_n"], given))

    def _session(self, *, h_0: bool) -> onnxruntime.InferenceSession:
        """What ONNX Runtime says that it does not have, we do not offer: float64, and layout=1, our batch_first."""
        try:
            model = self.model(h_0=h_0).SerializeToString()
            return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        except NotOffered as error:
            raise NotImplementedError(str(error)) from None
        except Fail as error:
            if "are not supported" not in str(error):
                raise
            raise NotImplementedError(str(error)) from None
