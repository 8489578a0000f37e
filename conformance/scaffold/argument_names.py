"""What the arguments and methods of recurrent networks are called, in the conventions that people use."""

from __future__ import annotations

import inspect
import re
from typing import Literal

#: Constructor arguments by torch's name; compared without underscores and in lower case.
_CONSTRUCTOR: dict[str, str] = {
    "input_size": "inputsize nin inputdim inputdims infeatures nx dx dimx xdim ninput ninputs numinputs indim dimin "
    "insize inputfeatures dinput din inputs input inpsize ninp i d embeddim embeddingdim embeddingsize embsize emb "
    "vocabsize vocab features nfeatures numfeatures featuresize nfeature wordvecsize inputunits",
    "hidden_size": "hiddensize nhidden hiddendim hiddendims units na h nh nhid nhiddens hiddenunits nhiddenunits "
    "numhidden numhiddens hdim dimh dh dhidden hidden hid statesize statedim nunits numunits rnnsize rnnunits "
    "hiddenlayersize cellsize",
    "num_layers": "numlayers nlayers depth layers nlayer numlayer numhiddenlayers l",
    "nonlinearity": "nonlinearity activation act actfn activationfn activationfunction actfunc",
    "bias": "bias usebias hasbias withbias biases",
    "bidirectional": "bidirectional bidir isbidirectional bi",
    "batch_first": "batchfirst",
    "dropout": "dropout dropoutrate p",
    "output_size": "outputsize nout ny outputdim outputdims outdim dimout noutput noutputs numoutputs outsize "
    "outfeatures numclasses nclasses classes dy ydim output out o k c",
}
_BY_WORD = {word: name for name, words in _CONSTRUCTOR.items() for word in words.split()}

Call = Literal["input", "state", "cache", "weight", "weights", "upstream", "upstream_h_n", "other"]

_INPUT = re.compile(
    r"^(x|xs|x_?t|xt|x_?seq|inputs?|inp|seqs?|sequences?|data|tokens|embeds?|embeddings?|features)$", re.IGNORECASE
)
_STATE = re.compile(
    r"^(h|hx|h_?0|h_?prev|prev_?h|h_?init|init_?h|h_?start|h_?tm1|h_?last|h_?t|a|a_?0|a_?prev|a_?init|s_?0|s_?prev|"
    r"states?|\w*hidden(_?\w*)?|\w*_states?(_?\w*)?|init\w*|prev\w*)$",
    re.IGNORECASE,
)
_CACHE = re.compile(r"^\w*caches?$", re.IGNORECASE)
_WEIGHTS = re.compile(r"^(parameters|params|weights|theta|state_dict|p|w_dict)$", re.IGNORECASE)
_WEIGHT = re.compile(
    r"^([WU](_?\w{0,4})|V(_?\w{0,2})|b(_?(x|h|i|ih|hh|xh|hx|a|y|hy|ya|ax|aa))?|(weight|kernel|bias|recurrent)s?_\w+|w_\w+|"
    r"kernel|bias)$"
)
_UPSTREAM_H_N = re.compile(
    r"^(d|grad)_?(h_?n|h_?last|last_?h|h_?next|h_?final|a_?next|a_?last|next\w*|hidden\w*|state\w*)$", re.IGNORECASE
)
_UPSTREAM = re.compile(
    r"^(d_?(h|hs|y|ys|o|out|outs|outputs?|a|as|z|top)|dh\w*|da\w*|d_h\w*|d_?out\w*|grad\w*|delta\w*|upstream\w*|err\w*)$",
    re.IGNORECASE,
)

_FORWARD = ("forward", "__call__", "call", "forward_pass", "forward_sequence", "run", "step", "predict")
_BACKWARD = re.compile(r"back|bptt|^grad|_grad", re.IGNORECASE)
_STEP = re.compile(r"step|cell", re.IGNORECASE)


def constructor_argument(name: str) -> str | None:
    """torch's name for a constructor argument, `output_size` for that of an output layer; None for what it has not."""
    return _BY_WORD.get(name.replace("_", "").lower())


def role(name: str) -> Call:
    """What an argument of a call is, told by its name."""
    patterns: list[tuple[Call, re.Pattern[str]]] = [
        ("input", _INPUT),
        ("upstream_h_n", _UPSTREAM_H_N),
        ("upstream", _UPSTREAM),
        ("cache", _CACHE),
        ("weights", _WEIGHTS),
        ("state", _STATE),
        ("weight", _WEIGHT),
    ]
    return next((kind for kind, pattern in patterns if pattern.match(name)), "other")


def forward_methods(cls: type) -> list[str]:
    """Methods of a class that may run it, the likeliest first."""
    own = {name for base in cls.__mro__[:-1] if not base.__module__.startswith("torch") for name in vars(base)}
    named = [name for name in _FORWARD if name in own]
    alike = [name for name in sorted(own) if "forward" in name and name not in named and not name.startswith("_")]
    return [name for name in named + alike if inspect.isfunction(getattr(cls, name, None))]


def backward_methods(cls: type) -> list[str]:
    """Methods of a class that may differentiate it, the likeliest first."""
    own = [name for base in cls.__mro__[:-1] if not base.__module__.startswith("torch") for name in vars(base)]
    named = [n for n in dict.fromkeys(own) if is_backward(n) and not n.startswith("_")]
    methods = [name for name in named if inspect.isfunction(getattr(cls, name, None))]
    return sorted(methods, key=lambda name: (name != "backward", bool(_STEP.search(name))))


def is_backward(name: str) -> bool:
    """Whether a method or function differentiates."""
    return bool(_BACKWARD.search(name))


def is_step(name: str) -> bool:
    """Whether a method or function makes one step in time."""
    return bool(_STEP.search(name))
