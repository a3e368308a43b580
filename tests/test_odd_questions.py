"""Questions that nobody meant.

Each is answered, or refused in one line, in bounded time and memory; none reaches the terminal as
it is.
"""

from __future__ import annotations

import io
import json
import math
import random
import sys
import tracemalloc
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import geomagnifier as gm
from geomagnifier import masks
from geomagnifier.cli import chat
from geomagnifier.cli.main import main
from geomagnifier.conversation import Conversation, follow
from geomagnifier.conversation.followup_parser import read
from geomagnifier.errors import (
    GeomagWarning,
    OptionError,
    QuestionEmpty,
    QuestionError,
    QuestionUnreadable,
    printable,
)
from geomagnifier.export.write import to_json
from geomagnifier.language.characters import characters
from geomagnifier.model_protocol import Model
from geomagnifier.raster.scene import Scene
from geomagnifier.types import LONGEST_QUESTION, Query
from geomagnifier.units import amount
from geomagnifier_lab.render.scene import draw_scene

PHRASINGS = Path(__file__).parent / "phrasings"
ESCAPES = "\x1b[31mred\x1b]0;owned\x07 \u009b31m \u202egnp\u2066 \x08\x7f"
"""Colours, a window's title, an 8-bit escape, reading turned round, a step back."""
UNSEEN = [" \t\n", "\u200b\u200d\ufeff", "\x00\x01\x1b\x7f", "\u202e\u2066\u2029", "\u3000"]
BROKEN = ["\ud800 ships", "find \udcff ships", "find ships\udfff"]
FOREIGN = [
    "אתר את כל הספינות",
    "اعثر على السفن",
    "Найди все корабли",
    "Βρες τα πλοία",
    "ค้นหาเรือ",
    "जहाज खोजें",
    "ひこうきを探して",
    "배를 찾아 주세요",
]
ODD = {
    "one letter a word": "a " * 2000,
    "one word": "a" * LONGEST_QUESTION,
    "as many ships as may be": "ship " * (LONGEST_QUESTION // 5),
    "as many emoji as may be": "🚢" * LONGEST_QUESTION,
    "5,000 words": "Please find all the ships " * 1000,
    "ands": "and " * 2000,
    "clauses": "find the ship and the airplane and " * 300,
    "commas": ", ".join(["the ships", "the largest airplane", "the tanks"] * 300),
    "relations": "left of it " * 300,
    "very": f"Find every {'very ' * 500}large ship",
    "blanks": f"in{' ' * 50_000}x",
    "digits": "1" * LONGEST_QUESTION,
    "boxes": "[743,178,801,1069] " * 300,
    "a number": "find 99999999999999999999 ships",
    "no number": "find -1 ships and NaN airplanes in [0,0,1e999,NaN]",
    "emoji": "🚢",
    "a family": "👨‍👩‍👧‍👦 find ships 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "marks on marks": f"f̴̡i̵n̶d{chr(0x301) * 500} ships",
    "marks": "a\u0300" * 5000,
    "nul": "\x00" * 1000 + "find ships",
    "escapes": f"find ships {ESCAPES}",
    "turned round": "Find \u202eships\u202c now \u2067now\u2069",
    "two directions": "Find all ships אוניות and airplanes",
    "mathematical letters": "𝐅𝐢𝐧𝐝 𝐬𝐡𝐢𝐩𝐬",
    "wide letters": "Ｆｉｎｄ　ｓｈｉｐｓ",
    "ligatures": "ﷺ" * 5000,
    "private letters": "\ue000\U0010ffff find ships",
    "lines": "find ships\r\nand airplanes\u2028and tanks",
    "sql": "'; DROP TABLE ships; --",
    "html": "<script>alert(1)</script> find ships",
    "path": "../../../../etc/passwd",
    "formats": "%s%s%n {0} {x} ${jndi:ldap://x} {{7*7}}",
    "tokens": "<ship> [SEG] <end> <point> [PAD] [CLS] ##s",
    "marks alone": "?!...",
    "two languages": "Find 所有的 ships 和 飞机",
    "much Chinese": "分割图中所有飞机" * 2000,
    "Chinese with blanks": f"船1{' ' * 3000}1{' ' * 3000}1{' ' * 3000}船",
    "Chinese with numbers": f"这是{'1,' * 20_000}",
    "rare Chinese": "龘" * 64,
    "one of Chinese": "船",
    "beyond the basic plane": "𠀀𠀁",
}


@pytest.fixture(scope="module")
def model() -> Model:
    return gm.load_model("small")


@pytest.fixture(scope="module")
def scene() -> Any:
    with gm.open_scene(draw_scene(101, 128, 96, "airport").pixels) as opened:
        yield opened


def answered(ask: Callable[[], gm.Answer], question: str) -> gm.Answer | None:
    """The answer, which holds together; None where the question was refused as it should be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GeomagWarning)
            made = ask()
    except QuestionError as error:
        told = str(error)
        assert (
            told
            and len(told) <= 1000
            and told == printable(told)
            and (len(question) < 100 or question not in told)
        )
        return None
    assert made.question == question and made.granularity in gm.Granularity
    assert made.text and made.text == printable(made.text) and len(made.text) < 5000
    assert (
        json.loads(json.dumps(to_json(made), ensure_ascii=False, allow_nan=False).encode())[
            "question"
        ]
        == question
    )
    assert all(0 <= p <= 1 for _, p in made.labels) and all(
        0 <= p <= 1 for p in made.granularity_probabilities.values()
    )
    height, width = made.scene.height, made.scene.width
    for region in made.regions:
        x0, y0, x1, y1 = region.box
        assert 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height and 0 <= region.score <= 1
        assert region.segmentation is None or masks.decode(region.segmentation).shape == (
            height,
            width,
        )
    assert made.mask is None or made.mask.shape == (height, width)
    return made


@pytest.mark.parametrize("letters", ["a", "🚢", "ship ", "\x00", "\u202e", "船"])
def test_ten_megabytes_are_refused_before_anything_is_done(
    model: Model, scene: Scene, letters: str
) -> None:
    question = letters * (10_000_000 // len(letters))
    tracemalloc.start()
    try:
        for ask in (
            lambda: gm.ask(scene, question, model),
            lambda: gm.embed(question, model),
            lambda: follow(question, None, scene, model),
        ):
            with pytest.raises(QuestionError) as refused:
                ask()
            assert "10000000 letters; at most 100000" in refused.value.told("en")
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("question", ["", *UNSEEN])
def test_what_nobody_sees_is_no_question(model: Model, scene: Scene, question: str) -> None:
    with pytest.raises(QuestionEmpty):
        gm.ask(scene, question, model)
    with pytest.raises(QuestionEmpty):
        gm.embed(question, model)


@pytest.mark.parametrize("question", BROKEN)
def test_bytes_that_are_no_text_are_refused(model: Model, scene: Scene, question: str) -> None:
    for ask in (
        lambda: gm.ask(scene, question, model),
        lambda: gm.embed(question, model),
        lambda: follow(question, None, scene, model),
    ):
        with pytest.raises(QuestionUnreadable, match="not text"):
            ask()


@pytest.mark.parametrize("question", FOREIGN)
def test_every_other_language_is_named_or_at_least_refused(
    model: Model, scene: Scene, question: str
) -> None:
    with pytest.raises(QuestionUnreadable, match="seems to be in"):
        gm.ask(scene, question, model)


@pytest.mark.parametrize("name", ODD)
def test_odd_questions(model: Model, scene: Scene, name: str) -> None:
    answered(lambda: gm.ask(scene, ODD[name], model), ODD[name])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GeomagWarning)
            vector = gm.embed(ODD[name], model)
    except QuestionError:
        return
    assert vector.shape == (384,) and np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


def test_what_is_odd_about_a_question_does_not_hide_what_it_asks(
    model: Model, scene: Scene
) -> None:
    for name in ("nul", "escapes", "html", "turned round", "a family", "clauses", "5,000 words"):
        made = answered(lambda name=name: gm.ask(scene, ODD[name], model), ODD[name])  # type: ignore[misc]
        assert made is not None and "ship" in made.text, name


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    question=st.text(
        st.characters() | st.sampled_from("\ud800\udfff\x00\x1b\u202e\u200d 船🚢a"), max_size=80
    )
)
def test_any_text(model: Model, scene: Scene, question: str) -> None:
    answered(lambda: gm.ask(scene, question, model), question)


def mutated(chance: random.Random, text: str, other: str) -> str:
    """A question that was one: words shuffled, dropped, doubled, of another one.

    Letters changed or put in.
    """
    words = text.split()
    for _ in range(chance.randint(1, 4)):
        i = chance.randrange(len(words))
        match chance.randrange(6):
            case 0:
                chance.shuffle(words)
            case 1 if len(words) > 1:
                del words[i]
            case 2:
                words[i:i] = words[i:] * chance.randint(1, 30)
            case 3:
                words[i:i] = other.split()
            case 4:
                words[i] = words[i][::-1].upper()
            case _:
                words[i] += chance.choice(
                    [
                        "\x00",
                        "\u200d",
                        "\u202e",
                        "🚢",
                        "\u0301" * 20,
                        "船",
                        "́é",
                        "\x1b[2J",
                        "'\"`",
                        "9" * 40,
                    ]
                )
    return chance.choice([" ", " ", "\t", "\n", "  "]).join(words)


def rows(name: str) -> list[str]:
    return (PHRASINGS / name).read_text("utf-8").splitlines()


def test_questions_that_were_ones(model: Model, scene: Scene) -> None:
    chance = random.Random(0)
    asked = [line.split("\t")[1] for line in rows("english.tsv")] + [
        json.loads(line)["text"] for line in rows("chinese.jsonl")
    ]
    made = [mutated(chance, *chance.sample(asked, 2)) for _ in range(30)]
    told = [
        answered(lambda question=question: gm.ask(scene, question, model), question)
        for question in made
    ]  # type: ignore[misc]
    assert sum(answer is not None for answer in told) > 15


def test_follow_ups_that_were_ones(model: Model, scene: Scene) -> None:
    chance = random.Random(1)
    asked = [line.split("\t")[1] for line in rows("follow_ups.tsv")]
    talk = Conversation(scene, model)
    talk.ask("Segment the airplanes.")
    first, told = talk.turns[:1], 0
    for question in [mutated(chance, *chance.sample(asked, 2)) for _ in range(20)] + [
        *ODD.values()
    ][4:14]:
        told += answered(lambda question=question: talk.ask(question), question) is not None  # type: ignore[misc]
        talk.turns = first
    assert told > 15


def test_patterns_come_to_an_end_on_long_words() -> None:
    """Each of these would take a pattern that tries all ways minutes or more."""
    for words in ("e" * 500_000 + "!", "1" * 500_000):
        with pytest.raises(OptionError, match="is no amount"):
            amount(words, "pixels", ("pixels",))
    assert characters(f"船1{' ' * 30_000}1{' ' * 30_000}1{' ' * 30_000}船")[0] == ["船", "1"]
    for words in (f"in{' ' * 90_000}x", "left of it " * 9000, "and " * 20_000):
        assert read(words, ("ship",), True, False).sort == "fresh"


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text())
def test_printable_text_steers_no_terminal(text: str) -> None:
    shown = printable(text)
    assert not [
        c
        for c in shown
        if c < " "
        or "\x7f" <= c <= "\x9f"
        or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029"
    ]
    assert printable(shown) == shown and isinstance(shown.encode(), bytes)
    assert json.loads(printable(json.dumps(text, ensure_ascii=False))) == text


def test_an_error_is_one_bounded_line_whatever_it_quotes() -> None:
    for text in (ESCAPES, "a\nb\r\nc\td", "\ud800", "x" * 10_000_000):
        told = str(OptionError(f"{text} cannot be used"))
        assert (
            len(told) <= 1000
            and "\n" not in told
            and told == printable(told)
            and told.encode()
            and told.endswith("cannot be used")
        )
        assert str(GeomagWarning(text)) == printable(str(GeomagWarning(text)))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.text(max_size=40)
    | st.floats().map(str)
    | st.from_regex(r"[-+0-9._eE]{0,8} ?[a-zA-Z]{0,3}", fullmatch=True)
)
def test_any_amount_is_a_finite_one_above_0_or_refused(text: str) -> None:
    what, value = "seconds", 1.0
    with suppress(OptionError):
        what, value = amount(text, "pixels", ("pixels", "seconds"))
    assert what in ("pixels", "seconds") and 0 < value < math.inf


# At the command line


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A small picture with a name that would steer a terminal."""
    path = tmp_path / f"a[b]{ESCAPES}.png"
    Image.fromarray(draw_scene(101, 96, 64, "airport").pixels).save(path)
    return path


def geomag(
    monkeypatch: pytest.MonkeyPatch, capfd: Any, *words: str, stdin: bytes = b""
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["geomag", *words])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capfd.readouterr()
    for text in (out, err):
        assert text.replace("\n", "") == printable(text.replace("\n", "")), (
            "a control character reached the terminal"
        )
    return int(stop.value.code or 0), out, err


def test_nothing_steers_the_terminal(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    question = f"Find the [/airplanes] :smile: {ESCAPES}"
    code, out, _ = geomag(
        monkeypatch, capfd, "ask", str(picture), question, "--out", str(tmp_path / ESCAPES)
    )
    assert code == 0 and "answer.json" in out
    code, out, _ = geomag(monkeypatch, capfd, "ask", str(picture), question, "--json")
    told = json.loads(out)
    assert code == 0 and (told["question"], told["scene"]["name"]) == (question, picture.name)
    code, out, _ = geomag(monkeypatch, capfd, "info", str(picture))
    assert code == 0 and "a[b]\\u001b[31mred" in out and "weights    whole, " in out
    code, out, err = geomag(monkeypatch, capfd, "ask", f"{picture}x", question)
    assert code == 2 and not out and err.count("\n") == 1
    for bad in (
        ("--box", ESCAPES),
        ("--search", ESCAPES),
        ("--budget", ESCAPES),
        ("--model", f"/{ESCAPES}"),
    ):
        code, out, err = geomag(monkeypatch, capfd, "ask", str(picture), question, *bad)
        assert code == 2 and not out and err.count("\n") == 1


def test_a_pipe_of_odd_questions(
    picture: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setattr(chat, "LONGEST", 200_001)
    lines = [
        f"Find the airplanes {ESCAPES}".encode(),
        b"\xff\xfe ships",
        b"x" * 1_000_000,
        b"and the bridges?",
        b"/history",
    ]
    code, out, err = geomag(
        monkeypatch, capfd, "chat", str(picture), "--json", stdin=b"\n".join(lines) + b"\n"
    )
    told = [json.loads(line) for line in out.splitlines()]
    assert (
        code == 2
        and [("error" in row) for row in told] == [False, True, True, False]
        and "1  Find the airplanes" in err
    )
    assert (
        "not text" in told[1]["error"]
        and "at most 100000" in told[2]["error"]
        and len(told[2]["question"]) == 1000
    )
    assert told[3]["refers"] == "swap"
    code, out, err = geomag(monkeypatch, capfd, "chat", str(picture), stdin=b"/history\n/undo\n")
    assert code == 0 and "continuing after" in err and "dropped" in err


def test_an_answer_to_an_odd_question_is_written(
    scene: Scene, model: Model, tmp_path: Path
) -> None:
    for number, name in enumerate(
        ("escapes", "nul", "html", "marks on marks", "turned round", "lines", "one word")
    ):
        question = f"Segment the airplanes. {ODD[name]}"[:LONGEST_QUESTION]
        made = answered(lambda question=question: gm.ask(scene, question, model), question)  # type: ignore[misc]
        assert made is not None
        files = gm.write(made, tmp_path / str(number), vector="gpkg" if number % 2 else "geojson")
        assert json.loads(files["answer"].read_text("utf-8"))["question"] == question
        assert all(path.stat().st_size for path in files.values())
        assert "<script>" not in made._repr_html_()


def test_a_query_is_checked_where_it_is_made() -> None:
    assert Query("x" * LONGEST_QUESTION).text
    for text, kind in (
        ("x" * (LONGEST_QUESTION + 1), QuestionError),
        ("\ud83d", QuestionUnreadable),
        ("\u200b", QuestionEmpty),
    ):
        with pytest.raises(kind):
            Query(text)
