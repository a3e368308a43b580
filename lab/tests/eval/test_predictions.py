"""Predictions: what is written comes back, what was torn is dropped, what does not fit is named."""

import json
import re

import pytest
from eval.made import WORKS, made, right

from geomagnifier.errors import OptionError, OutputError, PredictionError
from geomagnifier_lab.eval.predictions import Header, Log, read

HEADER = Header("tiny-scene", "test", "fake", "0", 3)


def written(path, *records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def records_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("work", WORKS)
def test_right_records_of_every_kind_are_read(work, tmp_path):
    known, cases = made(tmp_path, work)
    path = tmp_path / "out" / "predictions.jsonl"
    with Log(path, Header(known.name, "test", "fake", "1.0", len(cases))) as log:
        for case in cases:
            log.add(right(case))
    found = read(path, known, "test", cases)
    assert (found.header.model, found.header.version, len(found)) == ("fake", "1.0", len(cases))
    assert list(found) == [case.id for case in cases]
    assert all(found[case.id] == right(case) for case in cases)


def test_a_log_goes_on_and_drops_a_torn_line(tmp_path):
    path = tmp_path / "p.jsonl"
    with Log(path, HEADER) as log:
        log.add({"id": "a"})
        log.add({"id": "ä\udcff"})  # a file name that is not UTF-8
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id": "c", "lab')
    with Log(path, HEADER) as log:
        assert log.done == {"a", "ä\udcff"}
        assert path.read_bytes() == whole
        log.add({"id": "c"})
    assert [record.get("id") for record in records_of(path)] == [None, "a", "ä\udcff", "c"]


def test_a_header_that_was_torn_is_begun_anew(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_bytes(b'{"benchmark": "ti')
    with Log(path, HEADER) as log:
        assert not log.done
    assert records_of(path) == [
        {"benchmark": "tiny-scene", "split": "test", "model": "fake", "version": "0", "cases": 3}
    ]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (Header("tiny-scene", "val", "fake", "0", 3), "its split is 'test', not 'val'"),
        (Header("tiny-scene", "test", "large", "0", 3), "its model is 'fake', not 'large'"),
        (Header("tiny-scene", "test", "fake", "0", 9), "its cases is 3, not 9"),
    ],
)
def test_another_run_is_not_gone_on_with(other, told, tmp_path):
    path = tmp_path / "p.jsonl"
    with Log(path, HEADER):
        pass
    with pytest.raises(OptionError, match=re.escape(told)):
        Log(path, other)


def test_a_damaged_log_is_not_gone_on_with(tmp_path):
    path = tmp_path / "p.jsonl"
    with Log(path, HEADER) as log:
        log.add({"id": "a"})
    whole = path.read_bytes()
    path.write_bytes(whole + b"{nonsense}\n" + b'{"id": "b"}\n')
    with pytest.raises(PredictionError, match="line 3 is not JSON"):
        Log(path, HEADER)
    path.write_bytes(whole + b'{"id": "a"}\n')
    with pytest.raises(PredictionError, match=r"line 3.*there twice"):
        Log(path, HEADER)


def test_a_log_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        Log(tmp_path / "file" / "p.jsonl", HEADER)


def test_records_without_header_or_cost_are_read(tmp_path):
    known, cases = made(tmp_path, "caption")
    path = written(tmp_path / "theirs.jsonl", *({"id": case.id, "text": "a sea"} for case in cases))
    found = read(path, known, "test", cases)
    assert found.header == Header("tiny-caption", "test", "theirs", "", 3)
    assert found["1.png"] == {"id": "1.png", "text": "a sea"}


def test_a_part_of_the_cases_is_read_from_predictions_of_all(tmp_path):
    known, cases = made(tmp_path, "caption")
    path = written(tmp_path / "p.jsonl", *map(right, cases))
    assert list(read(path, known, "test", cases[:1], cases)) == ["0.png"]
    with pytest.raises(
        PredictionError, match=r"line 2: '1.png' is no case of Tiny caption, split 'test'"
    ):
        read(path, known, "test", cases[:1])


def test_records_that_lack_come_twice_or_are_of_something_else_are_named(tmp_path):
    known, cases = made(tmp_path, "caption")
    path = tmp_path / "p.jsonl"
    with pytest.raises(PredictionError, match=r"lacks records of 2 of 3 cases, the first '1.png'"):
        read(written(path, right(cases[0])), known, "test", cases)
    with pytest.raises(PredictionError, match=r"line 3: '0.png' is there already, in line 1"):
        read(written(path, right(cases[0]), right(cases[1]), right(cases[0])), known, "test", cases)
    with pytest.raises(
        PredictionError, match="line 1: these are predictions for split 'val', not 'test'"
    ):
        read(written(path, {"benchmark": known.name, "split": "val"}), known, "test", cases)
    with pytest.raises(PredictionError, match="for benchmark 'aid', not 'tiny-caption'"):
        read(written(path, {"benchmark": "aid", "split": "test"}), known, "test", cases)
    with pytest.raises(PredictionError, match="line 1 is no JSON object but int"):
        read(written(path, 7), known, "test", cases)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(PredictionError, match="line 1 is not JSON"):
        read(path, known, "test", cases)
    with pytest.raises(OptionError, match="there are no predictions"):
        read(tmp_path / "nowhere", known, "test", cases)


def test_an_error_is_a_record_too(tmp_path):
    known, cases = made(tmp_path, "refer")
    path = written(
        tmp_path / "p.jsonl", *({"id": case.id, "error": "out of memory"} for case in cases)
    )
    assert len(read(path, known, "test", cases)) == 3
