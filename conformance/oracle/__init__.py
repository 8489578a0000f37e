"""The oracle: torch.nn.RNN behind the same contract as everyone, and torch end to end where something is learned."""

from conformance.oracle.rnn import NAME, oracle, version

__all__ = ["NAME", "oracle", "version"]
