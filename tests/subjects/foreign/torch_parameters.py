"""A torch.nn.Module with parameters of its own names, batch first, differentiated by autograd."""

import torch


class HandRNN(torch.nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.U = torch.nn.Parameter(torch.randn(hidden_size, input_size))
        self.W = torch.nn.Parameter(torch.randn(hidden_size, hidden_size))
        self.b = torch.nn.Parameter(torch.zeros(hidden_size))

    def forward(self, x, h):
        out = []
        for t in range(x.size(1)):
            h = torch.tanh(x[:, t] @ self.U.T + h @ self.W.T + self.b)
            out.append(h)
        return torch.stack(out, dim=1), h
