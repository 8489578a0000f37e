"""Other people's checks of an RNN, rebuilt from their facts, so that their power can be measured beside ours.

None of their code or data is in here: what each runs, what it looks at and how close it must be is told in its module,
with where that can be read.
"""

from conformance.power.peers.cmu import CMU
from conformance.power.peers.dlsys import DLSYS_HIDDEN, DLSYS_VISIBLE
from conformance.power.peers.notice import Notice, notice
from conformance.power.peers.onnx import ONNX
from conformance.power.peers.peer import Peer

__all__ = ["PEERS", "Notice", "Peer", "notice"]

PEERS: tuple[Peer, ...] = (DLSYS_VISIBLE, DLSYS_HIDDEN, CMU, ONNX)
