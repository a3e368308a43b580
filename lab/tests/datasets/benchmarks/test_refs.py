"""The pickle of refs.

Plain values are read, a program inside is never run, and a converted list is preferred.
"""

import collections
import io
import json
import os
import pickle
import subprocess

import made_boxes
import numpy as np
import pytest

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier_lab.datasets.benchmarks import rrsis_d
from geomagnifier_lab.datasets.benchmarks.refs import read_pickle, read_refs

BENCHMARK = rrsis_d.BENCHMARK


class Malicious:
    """Touches a file when it is unpickled."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


def test_a_program_in_the_pickle_is_not_run(tmp_path):
    made_boxes.rrsis_d(tmp_path)
    source, touched = tmp_path / "rrsisd" / "refs(unc).p", tmp_path / "touched"
    programs = [
        Malicious(os.system, f"touch {touched}"),
        Malicious(eval, f"open({str(touched)!r}, 'w')"),
        Malicious(open, str(touched), "w"),
        Malicious(subprocess.Popen, ["touch", str(touched)]),
    ]
    records = pickle.loads(source.read_bytes())
    for program in programs:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            for value in (program, [*records, program], [records[0] | {"split": program}]):
                source.write_bytes(pickle.dumps(value, protocol))
                with pytest.raises(
                    DataCorrupt,
                    match=(
                        r"refs\(unc\)\.p is refused: it asks for"
                        r" (posix|nt|builtins|_?io|subprocess|commands|__builtin__)\."
                    ),
                ):
                    rrsis_d.read(tmp_path, "test")
                assert not touched.exists()
    pickle.loads(pickle.dumps(programs[0]))
    assert touched.exists()  # the same bytes do harm elsewhere


def test_written_by_hand_with_other_opcodes(tmp_path):
    source, touched = tmp_path / "refs(unc).p", tmp_path / "touched"
    command = f"touch {touched}"
    streams = [
        f"cposix\nsystem\n(S'{command}'\ntR.",  # GLOBAL, REDUCE
        f"(S'{command}'\niposix\nsystem\n.",  # INST
        f"(cposix\nsystem\nS'{command}'\no.",  # OBJ
        "\x80\x02cposix\nsystem\n.",
        "\x80\x02\x82\x01.",  # EXT1
        "Pwhatever\n.",  # PERSID
        "\x80\x02U\x08whateverQ.",  # BINPERSID
        "\x80\x02}}b.",  # BUILD on a dict
        "(lp0\n",  # cut
        "",
    ]
    for stream in streams:
        source.write_bytes(stream.encode("latin-1"))
        with pytest.raises(
            DataCorrupt,
            match=(
                r"refs\(unc\)\.p is refused:"
                r" .*https://github\.com/Lsan2401/RMSIN.*refs\(unc\)\.json"
            ),
        ):
            read_pickle(source, BENCHMARK)
        assert not touched.exists()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_values_of_every_protocol(tmp_path, protocol):
    plain = {
        "a": [1, 2.5, True, None, "é", 2**70, -1],
        "t": (1, (2,), (), (1, 2, 3, 4)),
        "same": [[0]] * 2,
    }
    (tmp_path / "refs(unc).p").write_bytes(pickle.dumps(plain, protocol))
    assert read_pickle(tmp_path / "refs(unc).p", BENCHMARK) == plain


def test_text_of_python_2(tmp_path):
    (tmp_path / "refs(unc).p").write_bytes(b"(dp0\nS'raw'\np1\nS'a caf\\xc3\\xa9'\np2\ns.")
    assert read_pickle(tmp_path / "refs(unc).p", BENCHMARK) == {"raw": "a café"}


@pytest.mark.parametrize(
    "value",
    [np.int64(3), np.zeros(3), collections.OrderedDict(a=1), {1, 2}.__class__, io.BytesIO()],
    ids=lambda v: type(v).__name__,
)
def test_other_types_are_refused_by_name(tmp_path, value):
    (tmp_path / "refs(unc).p").write_bytes(pickle.dumps([value]))
    with pytest.raises(DataCorrupt, match=r"is refused: it asks for .* only plain values are read"):
        read_pickle(tmp_path / "refs(unc).p", BENCHMARK)


def test_the_converted_list_is_preferred(tmp_path):
    made_boxes.rrsis_d(tmp_path)
    source = tmp_path / "rrsisd" / "refs(unc).p"
    refs = read_refs(source, BENCHMARK)
    made_boxes.write_json(source.with_suffix(".json"), pickle.loads(source.read_bytes()))
    source.write_bytes(b"damaged")
    assert read_refs(source, BENCHMARK) == refs
    source.unlink()
    assert read_refs(source, BENCHMARK) == refs
    source.with_suffix(".json").write_text("[{")
    with pytest.raises(DataCorrupt, match=r"refs\(unc\)\.json is not JSON"):
        read_refs(source, BENCHMARK)
    source.with_suffix(".json").unlink()
    with pytest.raises(
        DataMissing, match=r"refs\(unc\)\.p; it comes from https://github\.com/Lsan2401/RMSIN"
    ):
        read_refs(source, BENCHMARK)


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_cut_short(tmp_path, cut):
    made_boxes.rrsis_d(tmp_path)
    source = tmp_path / "rrsisd" / "refs(unc).p"
    source.write_bytes(source.read_bytes()[:-cut])
    with pytest.raises(DataCorrupt, match=r"refs\(unc\)\.p is refused"):
        read_refs(source, BENCHMARK)


@pytest.mark.parametrize(
    "change",
    [
        {"sentences": []},
        {"sentences": [{"sent": "a"}]},
        {"sentences": [{"raw": " "}]},
        {"sentences": 3},
        {"split": 3},
        {"ann_id": [1]},
        {"image_id": {}},
    ],
    ids=json.dumps,
)
def test_a_record_of_another_form_is_named(tmp_path, change):
    made_boxes.rrsis_d(tmp_path)
    source = tmp_path / "rrsisd" / "refs(unc).p"
    records = pickle.loads(source.read_bytes())
    source.write_bytes(pickle.dumps([records[0], records[1] | change]))
    with pytest.raises(DataCorrupt, match=r"refs\(unc\)\.p, refs\[1\] is not of REFER's form"):
        read_refs(source, BENCHMARK)
    source.write_bytes(pickle.dumps({"refs": records}))
    with pytest.raises(DataCorrupt, match="holds no list of refs but dict"):
        read_refs(source, BENCHMARK)
