"""Honest submissions, which must pass whatever they look like; and files that are no submission, or no Python."""

from gallery_entry import CRASH, ERROR, MEMORY, PASS, UNSUPPORTED, Entry

_OF_ITS_OWN = """
import numpy as np
class {name}{bases}:
    def __init__(self, input_size, hidden_size):
        self.hidden_size = hidden_size
        for n, shape in (("weight_ih_l0", (hidden_size, input_size)), ("weight_hh_l0", (hidden_size, hidden_size)),
                         ("bias_ih_l0", hidden_size), ("bias_hh_l0", hidden_size)):
            setattr(self, n, np.zeros(shape))
    def {forward}(self, input, h_0=None):
        s = self.__dict__
        h = np.zeros((1, input.shape[1], self.hidden_size)) if h_0 is None else h_0
        outputs = []
        for x in input:
            h = np.tanh(x @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0)
            outputs.append(h[0])
        return np.stack(outputs), h
"""


def of_its_own(name="RNN", bases="", forward="forward"):
    """One in another shape: parameters are attributes, and there is no backward."""
    return _OF_ITS_OWN.replace("{name}", name).replace("{bases}", bases).replace("{forward}", forward)


def declines(entry_name, file):
    """It is right, and says that it has no backward."""
    return Entry(entry_name, UNSUPPORTED, "declined: it has no backward", file=file, accident=True)


# fmt: off
HONEST = (
    Entry("a plain one", PASS, accident=True),
    Entry("prints a little at import", PASS, top="print('loading', flush=True)", accident=True),
    Entry("prints and warns in the call", PASS, call="import warnings\nprint(output)\nwarnings.warn('slow')", accident=True),
    Entry("writes 100 KB to standard error", PASS, call="import os\nos.write(2, b'x' * 100_000)", accident=True),
    Entry("prints 20 MB", PASS, call="print('x' * 20_000_000)", accident=True),
    Entry("returns views", PASS, call="return output[:], output[-1:]", accident=True),
    Entry("returns arrays in Fortran order", PASS, call="return np.asfortranarray(output), np.asfortranarray(h_n)", accident=True),
    Entry("returns arrays that cannot be written", PASS, call="output.setflags(write=False)", accident=True),
    Entry("returns a list", PASS, call="return [output, h_n]", accident=True),
    Entry("returns a tuple of its own kind", PASS,
          call="from collections import namedtuple\nreturn namedtuple('R', 'output h_n')(output, h_n)", accident=True),
    Entry("uses a few threads", PASS,
          call="from concurrent.futures import ThreadPoolExecutor as P\nwith P(4) as pool:\n    list(pool.map(np.tanh, input))", accident=True),
    Entry("draws numbers", PASS, call="np.random.seed(1)\nnp.random.randn(3)\nnp.random.default_rng().normal(size=3)", accident=True),
    Entry("uses linear algebra and Fourier transforms", PASS, call="np.linalg.svd(np.fft.fft(np.eye(4)))", accident=True),
    Entry("uses a data class and types", PASS,
          top="from dataclasses import dataclass, field\nfrom typing import Protocol, NamedTuple\n@dataclass\nclass Parameters:\n    weights: list[float] = field(default_factory=list)\nclass Step(NamedTuple):\n    h: float = 0.0\n", accident=True),
    Entry("has postponed annotations", PASS, top="from __future__ import annotations\n", accident=True),
    Entry("uses half of the standard library", PASS,
          top="import abc, argparse, collections, contextlib, copy, decimal, enum, fractions, functools, hashlib, itertools, json, logging, math, operator, pathlib, pickle, random, re, statistics, string, time, typing, unittest, uuid, warnings\n", accident=True),
    Entry("logs", PASS, call="import logging\nlogging.basicConfig()\nlogging.getLogger().warning('step')", accident=True),
    Entry("tests itself when it is run as a program", PASS, top="if __name__ == '__main__':\n    raise SystemExit(1)\n", accident=True),
    Entry("takes 100 MiB for a moment", PASS, call="np.ones(100 << 17).sum()", accident=True),
    Entry("takes a moment", PASS, call="import time\ntime.sleep(0.05)", accident=True),
    Entry("calls itself a few hundred times", PASS, call="def deep(n):\n    return n and deep(n - 1)\ndeep(400)", accident=True),
    Entry("lets NumPy raise on overflow", PASS, call="np.seterr(all='raise')", accident=True),
    Entry("reads standard input, where nothing is", PASS, call="import sys\nassert sys.stdin.read() == ''", accident=True),
    Entry("catches its own errors", PASS, call="try:\n    1 / 0\nexcept ZeroDivisionError:\n    pass", accident=True),
    Entry("closes what it has opened to nowhere", PASS,
          call="import os\nwith open(os.devnull, 'w') as nowhere:\n    print('step', file=nowhere)", accident=True),
    Entry("registers something for the end", PASS, top="import atexit\natexit.register(print, 'bye')\n", accident=True),
    Entry("leaves a thread running", PASS, call="import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()", accident=True),
    Entry("traces itself as a debugger does", PASS, top="import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)\n", accident=True),
    Entry("is wrong only for sequences that are never asked", PASS, call="if len(input) > 400:\n    return 0 * output, h_n"),
    declines("has its parameters as attributes", of_its_own()),
    declines("is called rather than asked for forward", of_its_own(forward="__call__")),
    declines("has another name", of_its_own(name="Recurrent")),
    declines("is one of an abstract kind", "import abc\n" + of_its_own(bases="(abc.ABC)")),
    declines("begins with a byte order mark", b"\xef\xbb\xbf" + of_its_own().encode()),
    declines("is written in Latin-1 and says so", "# coding: latin-1\n# für\n".encode("latin-1") + of_its_own().encode()),
    declines("ends its lines as Windows does", of_its_own().replace("\n", "\r\n")),
    declines("has signs that turn the direction of writing", "# \u202e desrever \u2066\n" + of_its_own()),
    declines("is as long as it may be", of_its_own() + "#" * ((256 << 10) - len(of_its_own()))),
)
# fmt: on

# fmt: off
SOURCES = (
    Entry("is empty", ERROR, "has no RNN", file=b"", accident=True),
    Entry("has no class", ERROR, "function step", file="def step(x):\n    return x\n", accident=True),
    Entry("has two that it could be", ERROR, "2 classes that could be it", file=of_its_own("A") + of_its_own("B"), accident=True),
    Entry("cannot be called", ERROR, "",
          file="class RNN:\n    def __init__(self, input_size, hidden_size):\n        pass\n    def load_state_dict(self, state):\n        pass\n", accident=True),
    Entry("is an object and no class", ERROR, "has no RNN", file="RNN = 3\n", accident=True),
    Entry("does not parse", ERROR, "SyntaxError", file="def f(:\n", accident=True),
    Entry("holds a zero byte", ERROR, "null bytes", file=b"x = 1\0\n", accident=True),
    Entry("is no text", ERROR, "SyntaxError", file=bytes(range(128, 256)), accident=True),
    Entry("is UTF-16", ERROR, "SyntaxError", file=of_its_own().encode("utf-16"), accident=True),
    Entry("says that it is in an encoding that is none", ERROR, "SyntaxError", file="# coding: rot13\n", accident=True),
    Entry("mixes tabs and spaces", ERROR, "TabError", file="if 1:\n        x = 1\n\ty = 2\n", accident=True),
    Entry("opens 5,000 brackets", ERROR, "too many nested parentheses", file="x = " + "(" * 5000 + ")" * 5000),
    Entry("has a number of 250,000 digits", ERROR, "4300 digits", file="x = " + "9" * 250_000),
    Entry("adds 80,000 times in one line", None, "", file="x = 1" + "+1" * 80_000),
    Entry("asks for an attribute of an attribute 80,000 times", None, "", file="x = str" + ".a" * 80_000),
    Entry("wants 8 GiB when it is imported", MEMORY, "512 MiB", file="x = b'a' * (1 << 33)\n", accident=True),
    Entry("imports what is not there", ERROR, "No module named 'pandas'", top="import pandas\n", accident=True),
    Entry("imports torch", ERROR, "No module named 'torch'", top="import torch\n"),
    Entry("imports a file beside it", ERROR, "No module named 'helper'", top="import helper\n", accident=True),
    Entry("raises at import", ERROR, "ValueError", top="raise ValueError('not yet')\n", accident=True),
    Entry("wants an array of 8 GiB at import", MEMORY, "512 MiB", top="import numpy\nx = numpy.ones(1 << 30)\n", accident=True),
    Entry("leaves at import", CRASH, "exit code 0 before it answered", top="import os\nos._exit(0)\n", accident=True),
    Entry("exits at import", ERROR, "SystemExit", top="import sys\nsys.exit(0)\n", accident=True),
)
# fmt: on
