"""What is said of a scene's class, in English and Chinese.

The class is the one that the scene head names, and so are yes and no.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from geomagnifier.language.chinese_answers import PLACES
from geomagnifier.language.scene_names import PHRASES
from geomagnifier.language.yes_no_question import YesNoQuestion

_PLACE = re.compile(r"(this is )?(?:an? )?(.+?)(?: area)?(?: \.)?")

Labels = Sequence[tuple[str, float]]
"""Scene classes with probabilities, best first; wider classes among them."""


def named(labels: Labels, wider: Mapping[str, Sequence[str]]) -> str:
    """The class that a scene is called by.

    The likeliest one, or a wider one that is likelier and does not hold it.

    Args:
        labels: of the scene head.
        wider: classes that are sums of others, with their parts.
    """
    best = next((name for name, _ in labels if name not in wider), labels[0][0])
    return best if best in wider.get(labels[0][0], (best,)) else labels[0][0]


def phrase(scene: str, language: str = "en") -> str:
    """A scene class as it stands in a sentence: "an industrial area".

    Args:
        scene: the class.
        language: "en" or "zh".
    """
    if language == "zh":
        return PLACES.get(scene, scene)
    return PHRASES.get(scene) or f"{'an' if scene[0] in 'aeiou' else 'a'} {scene}"


def plain(scene: str, language: str) -> str:
    """A sentence about a scene class: "This is a harbor.".

    Args:
        scene: the class.
        language: "en" or "zh".
    """
    return f"这是{phrase(scene, 'zh')}。" if language == "zh" else f"This is {phrase(scene)}."


def renamed(tokens: Sequence[str], scene: str, known: Sequence[str], language: str) -> str:
    """A sentence of the decoder that only names a scene, with the scene head's class in it.

    Such as "this is a beach ." or "a beach".

    Args:
        tokens: of the sentence.
        scene: the class.
        known: scene classes.
        language: "en" or "zh".

    Returns:
        the sentence, or "" where it says something else: a caption.
    """
    match = _PLACE.fullmatch(" ".join(tokens))
    if match is None or match.group(2) not in known:
        return ""
    title = phrase(scene, language)
    return plain(scene, language) if match.group(1) else title[0].upper() + title[1:]


def reply(
    asked: YesNoQuestion, labels: Labels, wider: Mapping[str, Sequence[str]], language: str
) -> str:
    """The answer to a question about the scene's class.

    Args:
        asked: what the question asks.
        labels: of the scene head.
        wider: as of `named`.
        language: "en" or "zh".
    """
    scene = named(labels, wider)
    fine = {name: p for name, p in labels if name not in wider}
    options = [[s for s in mention.scenes if s in fine] for mention in asked.names]
    if asked.form == "things":
        return plain(scene, language)
    if asked.form == "unknown" or not any(options):
        noun = asked.noun or (asked.names[0].said if asked.names else "")
        return _refused(noun, scene, list(fine), language)
    parts = wider.get(scene, (scene,))
    if asked.form == "scene" and not asked.yes_no:
        return plain(scene, language)
    if asked.form == "scene":
        right = decided(asked, labels, wider)
        start = (
            ("是的，" if right else "不，") if language == "zh" else "Yes, " if right else "No, "
        )
        if (
            asked.exists and not right
        ):  # a part of the picture may be of the class: only the whole was judged
            return (
                f"{start}整体上{plain(scene, language)}"
                if language == "zh"
                else f"No, as a whole this is {phrase(scene)}."
            )
        return start + (plain(scene, "zh") if language == "zh" else f"this is {phrase(scene)}.")
    best = _best(asked, labels, wider)
    return _better(
        asked.names[best].said, options[best], scene, set(parts) <= set(options[best]), language
    )


def decided(
    asked: YesNoQuestion, labels: Labels, wider: Mapping[str, Sequence[str]]
) -> bool | None:
    """Whether the scene is of the class that is asked about.

    None where that is not asked, or cannot be told.

    Args:
        asked: the parsed question.
        labels: (scene class, probability), best first.
        wider: scene classes by the names that stand for several.
    """
    scene, fine = named(labels, wider), {name for name, _ in labels if name not in wider}
    options = [fine & set(mention.scenes) for mention in asked.names]
    if asked.form != "scene" or not asked.yes_no or not any(options):
        return None
    return any(set(wider.get(scene, (scene,))) <= option for option in options if option)


def chosen(asked: YesNoQuestion, labels: Labels, wider: Mapping[str, Sequence[str]]) -> str | None:
    """The best of several scene classes to choose from.

    By the name of the question where that stands for several classes; "" where no choice is asked
    for.

    Args:
        asked: the parsed question.
        labels: (scene class, probability), best first.
        wider: scene classes by the names that stand for several.
    """
    known = {scene for scene, _ in labels if scene not in wider}
    if asked.form != "choice" or not any(known & set(name.scenes) for name in asked.names):
        return None
    name = asked.names[_best(asked, labels, wider)]
    fine = [scene for scene in name.scenes if scene in known]
    return fine[0] if len(fine) == 1 else name.said


def _best(asked: YesNoQuestion, labels: Labels, wider: Mapping[str, Sequence[str]]) -> int:
    """Which of the classes to choose from is likeliest."""
    weights = [
        sum(p for scene, p in labels if scene in name.scenes and scene not in wider)
        for name in asked.names
    ]
    return weights.index(max(weights))


def _better(said: str, option: Sequence[str], scene: str, right: bool, language: str) -> str:
    """The better one of several.

    An option that holds several classes is called as in the question.
    """
    wide = len(option) > 1
    if language == "zh":
        name = said if wide else phrase(option[0], "zh")
        whole = plain(scene, "zh")
        return (
            (f"{name}：{whole}" if wide else whole)
            if right
            else f"其中{name}最接近；整体上更像{phrase(scene, 'zh')}。"
        )
    name = f'"{said}"' if wide else phrase(option[0])
    if right:
        return f"{said.capitalize()}: this is {phrase(scene)}." if wide else plain(scene, "en")
    return f"Of these, {name} fits best; as a whole, the picture looks most like {phrase(scene)}."


def _refused(noun: str, scene: str, known: Sequence[str], language: str) -> str:
    """Nothing is said of what no class is: neither yes nor no."""
    if not noun:  # of a property, or of what no name is given
        if language == "zh":
            return (
                "这个模型不能判断这个问题：只能识别场景和目标的类别；"
                f"这张图最像{phrase(scene, 'zh')}。"
                "可以问“这是港口吗？”或“有船吗？”。"
            )
        return (
            f"This model cannot answer that with yes or no: it knows classes of scenes and things,"
            f" not their states; the picture looks "
            f'most like {phrase(scene)}. Ask "Is this a harbor?" or "Are there any ships?".'
        )
    if language == "zh":
        what = f"这个模型没有“{noun}”这一场景类别"
        return (
            f"{what}；这张图最像{phrase(scene, 'zh')}。"
            f"已知的场景类别：{'、'.join(phrase(s, 'zh') for s in sorted(known))}。"
        )
    what = f'There is no scene class "{noun}" in this model'
    return (
        f"{what}; the picture looks most like {phrase(scene)}. The scene classes are:"
        f" {', '.join(sorted(known))}."
    )
