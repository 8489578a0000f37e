"""Ends in the middle of a definition."""


class RNN:
    def __init__(self, input_size, hidden_size
