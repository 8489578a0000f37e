"""`rnn-conformance new`: a skeleton by the contract, or an adapter for a network that follows another convention."""
