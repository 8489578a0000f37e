"""Named RNN, but there is nothing to call."""


class RNN:
    def __init__(self, input_size, hidden_size, **others):
        self.sizes = input_size, hidden_size

    def load_state_dict(self, state):
        self.state = state
