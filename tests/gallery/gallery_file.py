"""The files that entries are written to: an honest RNN, and what each of them does instead."""

import textwrap

#: An honest one, in the shape of the contract; {top} and {hooks} are an entry's.
HONEST = """{top}
import numpy as np

class RNN:
    def __init__(self, input_size, hidden_size):
        self.input_size, self.hidden_size = input_size, hidden_size

    def load_state_dict(self, state):
        self.w, self.u, self.b, self.c = (state[n] for n in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"))

    def forward(self, input, h_0=None):
        self.input = input
        self.hs = [np.zeros((input.shape[1], self.hidden_size)) if h_0 is None else h_0[0]]
        for x in input:
            self.hs.append(np.tanh(x @ self.w.T + self.b + self.hs[-1] @ self.u.T + self.c))
        return in_call(self, input, h_0, np.stack(self.hs[1:]), self.hs[-1][None])

    def backward(self, grad_output, grad_h_n):
        w, u, b = 0 * self.w, 0 * self.u, 0 * self.b
        inputs, carried = np.empty_like(self.input), grad_h_n[0]
        for t in reversed(range(len(self.input))):
            step = (grad_output[t] + carried) * (1 - self.hs[t + 1] ** 2)
            w, u, b = w + step.T @ self.input[t], u + step.T @ self.hs[t], b + step.sum(axis=0)
            inputs[t], carried = step @ self.w, step @ self.u
        names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "input", "h_0"
        return in_backward(self, dict(zip(names, (w, u, b, b.copy(), inputs, carried[None]))))

def in_call(rnn, input, h_0, output, h_n):
    do = CALLS.get(rnn.input_size)
    return (output, h_n) if do is None else do(rnn, input, h_0, output, h_n)

def in_backward(rnn, gradients):
    do = BACKWARDS.get(rnn.input_size)
    return gradients if do is None else do(rnn, gradients)

CALLS, BACKWARDS = {}, {}
"""

#: What attacks have at hand, besides CANARY, FOLDER, PORT and the other places of the judge's.
TOOLS = """
import ctypes, os, resource, signal, socket, sys
libc = ctypes.CDLL(None, use_errno=True)

def worked(**ways):
    reached = []
    for name, way in ways.items():
        try:
            way()
            reached.append(name)
        except (OSError, MemoryError, ValueError):
            pass
    return reached

def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def system_call(name, *arguments):
    return checked(libc.syscall(ctypes.c_long(NUMBERS[name]), *map(ctypes.c_long, arguments)))

def known(name, *arguments):
    try:
        return system_call(name, *arguments)
    except OSError as error:
        if error.errno in (1, 13, 38):
            raise

def read(*paths):
    return [path for path in paths if worked(it=lambda: open(path, "rb").read(1))]

def write(path, flags=0):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600)
    try:
        os.write(descriptor, b"reached")
    finally:
        os.close(descriptor)
"""


def honest(top=""):
    """The honest one, with lines at its top."""
    return HONEST.replace("{top}", textwrap.dedent(top))


def bundle(entries, constants=None):
    """Many entries as one file, each in a case child of its own: which one it is, input_size says."""
    top = TOOLS + "".join(f"{name} = {value!r}\n" for name, value in (constants or {}).items())
    parts = [honest(top)]
    for size, entry in entries.items():
        if entry.backward:
            parts.append(hook(f"BACKWARDS[{size}]", f"b{size}", "rnn, gradients", entry.backward, "gradients"))
        else:
            parts.append(hook(f"CALLS[{size}]", f"c{size}", "rnn, input, h_0, output, h_n", entry.call, "output, h_n"))
    return "".join(parts)


def hook(place, name, parameters, body, otherwise):
    """A function of an entry's lines that answers honestly where these do not answer, put into a place."""
    lines = textwrap.indent(textwrap.dedent(body).strip() + f"\nreturn {otherwise}", "    ")
    return f"\ndef {name}({parameters}):\n{lines}\n{place} = {name}\n"


def loud(attack):
    """The lines of a call that raises what an attack reached."""
    return f"{_tried(attack)}\nraise ValueError(f'it reached {{attack()}}')"


def quiet(attack):
    """The lines of a call that tries, says nothing of it, and answers rightly."""
    return f"{_tried(attack)}\ntry:\n    attack()\nexcept BaseException:\n    pass"


def _tried(attack):
    return "def attack():\n" + textwrap.indent(textwrap.dedent(attack.code).strip(), "    ")
