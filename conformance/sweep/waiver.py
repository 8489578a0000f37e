"""The adequacy checks that a file can waive, by name."""

from __future__ import annotations

from typing import Literal

Check = Literal[
    "distinct_sizes",
    "several_steps",
    "distinct_biases",
    "saturation",
    "active_units",
    "parameters_matter",
    "relu_margin",
    "cost",
    "fits_task",
    "learns",
    "judged",
]

#: What each check asks of a case, so that no fault can hide in it.
CHECKS: dict[Check, str] = {
    "distinct_sizes": "Where batch_size > 1, the sizes T, B, I, H, L*D and D*H all differ from one another.",
    "several_steps": "There is more than one time step.",
    "distinct_biases": "b_ih and b_hh differ, and neither is zero.",
    "saturation": "Less than half of the tanh states lie beyond 0.99.",
    "active_units": "Between 10 % and 90 % of the relu units are active.",
    "parameters_matter": "Every parameter moves output or h_n by more than rounding.",
    "relu_margin": "No relu pre-activation lies within rounding of zero.",
    "cost": "The case costs at most five million multiply-adds, and with relu at most 100,000 pre-activations.",
    "fits_task": "In training, the text is long enough for the sequences, and there are images enough for a batch.",
    "learns": "In training, the loss falls to less than 95 % from the first tenth of the steps to the last.",
    "judged": "In training, right runs stay together to the last step; where they part, nothing is judged any more.",
}
