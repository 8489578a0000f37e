"""A record file is believed only when it is whole."""

import dataclasses
import io
import json
import math
import signal

import pytest
from small import header, record

from conformance.connection import Connection
from conformance.difference import Curve, Distance, Place, Steps
from conformance.finding import Diagnosis, Finding
from conformance.record_file import RecordError, RecordWriter, read
from conformance.status import Layer, Status


def lines(count=3, *, complete=True, planned=None):
    stream = io.StringIO()
    writer = RecordWriter(stream, header(mine=count if planned is None else planned))
    writer.connection(Connection(implementation="mine", connected=True, parameters_unread=("bias_hh_l0",)))
    writer.connection(Connection(implementation="mine", connected=True))
    for number in range(count):
        writer.record(record(number=number))
    writer.close(complete=complete, seconds=1.5)
    return stream.getvalue().splitlines(keepends=True)


FINDING = Finding(
    id="relu-leaky",
    value="0.01",
    what="Leaks.",
    hint="relu",
    where="num_layers=1",
    explains=2,
    simplest="values/made[1]",
)
DIAGNOSIS = Diagnosis(
    implementation="mine", findings=(FINDING, dataclasses.replace(FINDING, id="bias-missing", value="")),
    equivalents=("a + b", "c"), failing=3, reproduced=2, remarks=("The rest is not explained.",), gave_up=True,
    seconds=0.25,
)  # fmt: skip


def diagnosed(*diagnoses):
    stream = io.StringIO()
    writer = RecordWriter(stream, header(mine=1))
    writer.record(record())
    for diagnosis in diagnoses:
        writer.diagnosis(diagnosis)
    writer.close(complete=True, seconds=0)
    return stream.getvalue().splitlines(keepends=True)


def refused(tmp_path, text):
    path = tmp_path / "results.jsonl"
    path.write_text("".join(text), encoding="utf-8")
    with pytest.raises(RecordError) as error:
        read(path)
    return str(error.value)


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "results.jsonl"
    path.write_text("".join(lines()), encoding="utf-8")
    run = read(path)
    assert run.complete
    assert run.seconds == 1.5
    assert [r.case for r in run.records] == ["values/made[0]", "values/made[1]", "values/made[2]"]
    assert [c.parameters_unread for c in run.connections] == [("bias_hh_l0",)]
    assert run.header == header(mine=3)


def test_every_field_survives(tmp_path):
    full = record(
        status=Status.FAIL,
        layer=Layer.VALUE,
        why="output is nan",
        distances={"output": Distance(error=math.nan, tolerance=0.0, ratio=math.inf)},
        place=Place(
            tensor="output", index=(1, 2), layer=0, direction="forward", time_step=1, batch=None, unit=2,
            got=-math.inf, wanted=0.5, wrong=3, size=9,
        ),
        steps=Steps(tensor="output", errors=(0.0, math.inf), tolerance=1e-12),
    )  # fmt: skip
    stream = io.StringIO()
    writer = RecordWriter(stream, header(mine=1))
    writer.record(full)
    writer.close(complete=True, seconds=0)
    path = tmp_path / "results.jsonl"
    path.write_text(stream.getvalue(), encoding="utf-8")
    (back,) = read(path).records
    assert math.isnan(back.distances["output"].error)
    assert back.to_json() == full.to_json()
    assert "NaN" not in stream.getvalue()
    assert "Infinity" not in stream.getvalue()


def test_a_diagnosis_survives(tmp_path):
    path = tmp_path / "results.jsonl"
    path.write_text("".join(diagnosed(DIAGNOSIS)), encoding="utf-8")
    assert read(path).diagnoses == (DIAGNOSIS,)
    path.write_text("".join(lines()), encoding="utf-8")
    assert read(path).diagnoses == ()


def test_an_edited_lost_doubled_or_foreign_diagnosis_is_refused(tmp_path):
    whole = diagnosed(DIAGNOSIS)
    assert json.loads(whole[2])["type"] == "diagnosis"
    assert "changed after" in refused(tmp_path, [*whole[:2], whole[2].replace("relu-leaky", "h0-ignored"), whole[3]])
    assert "changed after" in refused(tmp_path, [*whole[:2], whole[3]])
    assert "several diagnoses of one implementation" in refused(tmp_path, diagnosed(DIAGNOSIS, DIAGNOSIS))
    stranger = dataclasses.replace(DIAGNOSIS, implementation="other")
    assert "a diagnosis of other, which its header does not name" in refused(tmp_path, diagnosed(stranger))


def test_the_footer_counts_every_status_zeros_too():
    footer = json.loads(lines()[-1])
    assert (footer["expected"], footer["run"]) == (3, 3)
    assert footer["counts"]["mine"] == {status.value: 3 if status is Status.PASS else 0 for status in Status}


def test_a_file_without_its_footer_is_refused(tmp_path):
    assert "no footer" in refused(tmp_path, lines()[:-1])


def test_a_file_cut_inside_a_line_is_refused(tmp_path):
    text = "".join(lines())
    assert "ends in the middle of a line" in refused(tmp_path, text[: len(text) // 2])


def test_a_file_without_its_header_is_refused(tmp_path):
    assert "no header" in refused(tmp_path, lines()[1:])


def test_a_lost_result_is_refused(tmp_path):
    whole = lines()
    assert "changed after it was written" in refused(tmp_path, whole[:2] + whole[3:])


def test_an_edited_result_is_refused(tmp_path):
    whole = lines()
    whole[2] = whole[2].replace('"pass"', '"fail"')
    assert "changed after it was written" in refused(tmp_path, whole)


def test_a_doubled_result_is_refused(tmp_path):
    whole = lines()
    assert "changed after it was written" in refused(tmp_path, [*whole[:3], *whole[2:]])
    stream = io.StringIO()
    writer = RecordWriter(stream, header(mine=2))
    writer.record(record())
    writer.record(record())
    writer.close(complete=True, seconds=0)
    assert "holds 1 results twice" in refused(tmp_path, stream.getvalue())


def test_two_files_put_together_are_refused(tmp_path):
    assert "several headers" in refused(tmp_path, lines() + lines())


def test_results_of_a_stranger_are_refused(tmp_path):
    stream = io.StringIO()
    writer = RecordWriter(stream, header(mine=1, other=0))
    writer.record(record(implementation="other"))
    writer.close(complete=False, seconds=0)
    assert "results of other are 1, but should be 0" in refused(tmp_path, stream.getvalue())
    stream = io.StringIO()
    writer = RecordWriter(stream, header(mine=1))
    writer._counts["other"] = writer._counts["mine"].copy()
    writer.record(record(implementation="other"))
    writer.close(complete=False, seconds=0)
    assert "its header does not name" in refused(tmp_path, stream.getvalue())


def test_fewer_results_than_planned_are_refused_unless_marked_incomplete(tmp_path):
    assert "results of mine are 3, but should be 4" in refused(tmp_path, lines(planned=4))
    path = tmp_path / "results.jsonl"
    path.write_text("".join(lines(planned=4, complete=False)), encoding="utf-8")
    assert not read(path).complete


def test_what_is_not_a_record_file_is_refused(tmp_path):
    assert "is not JSON" in refused(tmp_path, "hello\n")
    assert "is not a record" in refused(tmp_path, "[1]\n")
    assert "no header" in refused(tmp_path, "")
    whole = lines()
    assert "record format 99" in refused(tmp_path, [whole[0].replace('"format":3', '"format":99'), *whole[1:]])
    assert "changed after" in refused(tmp_path, [whole[0].replace('"seed"', '"sead"'), *whole[1:]])
    assert "changed after" in refused(tmp_path, [*whole[:-1], whole[-1].replace('"digest"', '"digets"')])
    assert "does not hold what its footer counts" in refused(
        tmp_path, [*whole[:-1], whole[-1].replace('"run":3', '"run":4')]
    )
    assert "cannot read" in refused(tmp_path, [*whole[:-1], whole[-1].replace('"counts"', '"count"')])
    with pytest.raises(RecordError, match="cannot be read"):
        read(tmp_path / "absent.jsonl")


def test_ctrl_c_in_the_middle_of_a_line_waits_for_its_end(tmp_path):
    class Interrupted(io.StringIO):
        def write(self, text):
            if '"type":"result"' in text:
                signal.raise_signal(signal.SIGINT)
            return super().write(text)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        stream = Interrupted()
        writer = RecordWriter(stream, header(mine=2))
        with pytest.raises(KeyboardInterrupt):
            writer.record(record())
        writer.close(complete=False, seconds=0)
    finally:
        signal.signal(signal.SIGINT, before)
    path = tmp_path / "results.jsonl"
    path.write_text(stream.getvalue(), encoding="utf-8")
    assert len(read(path).records) == 1


CURVE = {"torch": [2.0, 1.0], "losses": [2.0], "tolerances": [1e-9, 1e-9], "published": [], "torch_accuracy": None,
         "accuracy": 0.5, "torch_sample": "", "sample": "a"}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"accuracy": "high"},
        {"losses": None},
        {"losses": [10**400]},
        {"torch": [2.0]},
        {"losses": [1.0] * 3},
        {"sample": 1},
    ],
    ids=str,
)
def test_a_curve_that_is_none_is_refused_with_a_sentence(tmp_path, change):
    good = dataclasses.replace(
        record(), curve=Curve(**{k: tuple(v) if isinstance(v, list) else v for k, v in CURVE.items()})
    )
    data = json.loads(good.to_json())
    assert type(good).from_json(data).curve == good.curve
    data["curve"] |= change
    with pytest.raises((ArithmeticError, TypeError, ValueError)):
        type(good).from_json(data)
