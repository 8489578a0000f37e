"""Its constructor always raises."""


class RNN:
    def __init__(self, *sizes, **others):
        raise ValueError("no network today")

    def forward(self, input, h_0=None):
        return input, h_0
