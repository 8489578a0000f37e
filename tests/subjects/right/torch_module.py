"""A torch.nn.Module with its own parameters and its own loop; autograd does the rest."""

import torch


class RNN(torch.nn.Module):
    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        nonlinearity="tanh",
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
    ):
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.activation = torch.tanh if nonlinearity == "tanh" else torch.relu
        self.bias = bias
        self.batch_first = batch_first
        self.suffixes = ["", "_reverse"] if bidirectional else [""]
        for layer in range(num_layers):
            width = input_size if layer == 0 else hidden_size * len(self.suffixes)
            for suffix in self.suffixes:
                self._declare(f"weight_ih_l{layer}{suffix}", hidden_size, width)
                self._declare(f"weight_hh_l{layer}{suffix}", hidden_size, hidden_size)
                if bias:
                    self._declare(f"bias_ih_l{layer}{suffix}", hidden_size)
                    self._declare(f"bias_hh_l{layer}{suffix}", hidden_size)

    def _declare(self, name, *shape):
        bound = self.hidden_size**-0.5
        self.register_parameter(name, torch.nn.Parameter(torch.empty(*shape).uniform_(-bound, bound)))

    def forward(self, input, hx=None):
        unbatched = input.dim() == 2
        if unbatched:
            sequence = input.unsqueeze(1)
            hx = None if hx is None else hx.unsqueeze(1)
        else:
            sequence = input.transpose(0, 1) if self.batch_first else input
        last_states = []
        for layer in range(self.num_layers):
            outputs = []
            for suffix in self.suffixes:
                state = self.first_state(sequence, hx, len(last_states))
                states = self.scan(sequence.flip(0) if suffix else sequence, state, f"l{layer}{suffix}")
                last_states.append(states[-1])
                outputs.append(torch.stack(states[::-1] if suffix else states))
            sequence = torch.cat(outputs, dim=-1)
        h_n = torch.stack(last_states)
        if unbatched:
            return sequence.squeeze(1), h_n.squeeze(1)
        return sequence.transpose(0, 1) if self.batch_first else sequence, h_n

    def first_state(self, sequence, hx, slot):
        return sequence.new_zeros(sequence.shape[1], self.hidden_size) if hx is None else hx[slot]

    def scan(self, sequence, state, name):
        states = []
        for x in sequence:
            state = self.step(x, state, name)
            states.append(state)
        return states

    def step(self, x, state, name):
        pre = x @ getattr(self, f"weight_ih_{name}").T + state @ getattr(self, f"weight_hh_{name}").T
        if self.bias:
            pre = pre + getattr(self, f"bias_ih_{name}") + getattr(self, f"bias_hh_{name}")
        return self.activation(pre)
