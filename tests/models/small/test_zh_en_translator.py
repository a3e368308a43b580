import pytest
import torch

from geomagnifier.language.characters import characters
from geomagnifier.models.small.zh_en_translator import (
    END,
    LONGEST,
    RARE,
    START,
    WRITTEN,
    join,
    split,
)
from geomagnifier_lab.networks.translator_net import TranslatorNet


@pytest.fixture(scope="module")
def reader() -> TranslatorNet:
    torch.manual_seed(0)
    return TranslatorNet([RARE, "船", "找"], [START, END, "find", "ships"]).eval()


@pytest.mark.parametrize(
    ("text", "letters", "boxes"),
    [
        ("找出 所有船。", "找出所有船。", []),
        ("方框[40, 60,120,160]里", "方框□里", ["[40, 60,120,160]"]),
        ("（１０，２０，３０，４０）是什么", "□是什么", ["(10,20,30,40)"]),
        ("最大的3艘船", "最大的3艘船", []),
        ("識別圖中所有船隻", "识别图中所有船只", []),
        ("SHIP的Mask", "船的分割", []),  # English names of classes and of what is done with them
        ("ABC的Mask", "abc的分割", []),
    ],
)
def test_characters(text, letters, boxes) -> None:
    assert characters(text) == (list(letters), boxes)


def test_coordinates_are_put_back_and_words_joined() -> None:
    words = split("What object is in the box □?")
    assert join(words, ["[1, 2, 3, 4]"]) == "what object is in the box [1, 2, 3, 4]?"
    assert join(words, []) == "what object is in the box?"
    assert split("Track-and-field, 400 m.") == ["track-and-field", ",", "400", "m", "."]


@pytest.mark.parametrize("text", ["船", "火" * 5000, "", "🚢", "1 2"])
def test_any_text_is_read_within_bounds(reader: TranslatorNet, text: str) -> None:
    sentence, surety = reader.finished().read(text)
    assert len(sentence.split()) <= WRITTEN and 0 < surety <= 1
    assert reader.numbers([characters(text)[0]]).shape[1] <= LONGEST


def test_padding_changes_nothing(reader: TranslatorNet) -> None:
    alone = reader(reader.numbers([["找", "船"]]), torch.tensor([[0, 2]]))
    beside = reader(reader.numbers([["找", "船"], ["船"] * 9]), torch.tensor([[0, 2], [0, 3]]))
    torch.testing.assert_close(alone[0], beside[0], atol=1e-5, rtol=1e-4)


def test_later_words_are_not_seen(reader: TranslatorNet) -> None:
    letters = reader.numbers([["找", "船"]])
    one, other = (
        reader(letters, torch.tensor([[0, 2, 3]])),
        reader(letters, torch.tensor([[0, 2, 2]])),
    )
    torch.testing.assert_close(one[0, :2], other[0, :2])
    assert not torch.allclose(one[0, 2], other[0, 2])
