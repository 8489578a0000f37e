"""After a loss the judge goes on, and it loses patience with one that hangs; what is lost and how is in the gallery."""

from dataclasses import replace

import pytest
from shut_in import CASE, CONFINED, confined, honest, seen

from conformance.arguments import draw
from conformance.confinement.limits import Limits
from conformance.observation import Answered, Crashed, TimedOut


@pytest.mark.parametrize("level", CONFINED)
def test_after_each_loss_the_next_case_is_answered(level, tmp_path):
    source = honest("if input.shape[1] == 1: import os; os._exit(4)")
    single = replace(CASE, batch_size=1)
    with confined(tmp_path, source, level) as implementation:
        assert type(seen(implementation, single, draw(single, 0))) is Crashed
        assert type(seen(implementation)) is Answered


@pytest.mark.parametrize("level", CONFINED)
def test_one_that_hangs_again_and_again_is_asked_no_more(level, tmp_path):
    with confined(tmp_path, honest("while True: pass"), level, seconds=0.3) as implementation:
        sentences = [seen(implementation).why for _ in range(4)]
    assert ["not asked" in sentence for sentence in sentences] == [False, False, False, True]


@pytest.mark.parametrize("level", CONFINED)
def test_processor_time_is_limited_for_one_that_ignores_the_warning(level, tmp_path):
    source = honest("while True: pass", before="import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n")
    with confined(tmp_path, source, level, limits=Limits(cpu_seconds=1), seconds=30) as implementation:
        found = seen(implementation)
    assert type(found) is TimedOut
    assert "1 s of processor time" in found.why
