"""Yes/no questions and choices in Chinese."""

from __future__ import annotations

import re
from collections.abc import Sequence

from geomagnifier.language.characters import BOX
from geomagnifier.language.mentions import (
    Mention,
    in_chinese,
)
from geomagnifier.language.yes_no_question import YesNoQuestion, differ, is_object

_ZH_WHAT = re.compile("什么|哪|谁|怎|为何|多少|几[个架艘辆座片条块栋处]")

_ZH_COMPARED = re.compile(
    "多少|几[个架艘辆座片条块栋处]|比.+[多少大小长短]|更多|超过|不到|至少|少于|多于"
)

_ZH_ARCHIVE = re.compile("检索|搜|图库|档案|相似|类似|差不多|相近|同类")

_ZH_PICTURES = re.compile("的(?:图|图片|图像|照片|影像|卫星图)(?:吗|么|没有)?$")

_ZH_THERE = re.compile(
    "有没有|有无|是否有|停着|停有|存在|存不存在|出现|含有|包含|看得[到见]|看[到见]|看不看得|找得?到|没有(?=.)|(?<![只所没具])有(?!关|些|哪|什么)"
)

_ZH_IS = re.compile("是|(?<![图影画])像|属于|归为|算")

_ZH_POLAR = re.compile(
    "有没有|有无|是不是|是否|能不能|能否|可不可以|存不存在|像不像|算不算|属不属于|对不对|[吗么嘛]$|吧$|没有$|对吗|[吗么]"
)

_ZH_ORDER = re.compile("分割|提取|抠|勾|描|掩|轮廓|标出|框出|找出|检测|识别|定位|数一|统计|生成|绘")

_ZH_WAY = re.compile("[在停位于被里中上下左右边]")

_ZH_SOME = re.compile("(?<!没)有[两二三四五六七八九十\\d]+[个架艘辆座片条块栋处]")

_ZH_CHOICE = re.compile("还是|[从在].+[中里]选|选择|选项|更合适|以下哪|更像|哪一?[类个种]")

_ZH_NOUN = re.compile(
    "(?:是不是|是否为|是否是|像不像|算不算|是|像|属于|归为)(?:在)?(?:一)?[座个片条艘架辆块栋处种]?(.+?)(?:的(?:图片|图像|照片|影像|图))?[吗么吧嘛呢啊?？。]*$"
)


def parse(text: str) -> YesNoQuestion | None:
    """The parse of a Chinese yes/no question or choice; None for any other text."""
    if BOX in text or len(text) > 200 or _ZH_ARCHIVE.search(text):
        return None
    text = re.sub("[,，](?:对吗|对不对|是吗|是吧|是不是|对吧|没错吧)", "吗", text)
    mentions = in_chinese(text)
    scenes = [m for m in mentions if m.scenes]
    if (
        _ZH_CHOICE.search(text)
        and differ(scenes)
        and not _ZH_ORDER.search(text)
        and not re.search("有没有|有无|多少", text)
    ):
        return YesNoQuestion("choice", tuple(scenes), yes_no=False)
    start = 0
    marked = text.endswith(("?", "?"))
    for clause in re.split("[?？。.!！;;,,]", text):
        if (
            clause == text and mentions and not re.sub("[和或与、]", "", _without(clause, mentions))
        ):  # "飞机", as typed into a search field
            if all(m.kind for m in mentions):
                return YesNoQuestion("things", tuple(mentions), yes_no=False)
            if all(m.scenes for m in mentions):
                return YesNoQuestion("choice", tuple(mentions), yes_no=False)
        if re.search("多少|几", clause) and any(
            m.kind for m in mentions if start <= m.start < start + len(clause)
        ):
            return None  # "how many ships? and bridges?": a count, not yes or no
        asked_here = _clause(
            clause,
            [
                m._replace(start=m.start - start, end=m.end - start)
                for m in mentions
                if start <= m.start < start + len(clause)
            ],
            marked,
        )
        if asked_here is not None:
            return asked_here
        start += len(clause) + 1
    return None


def _clause(clause: str, mentions: Sequence[Mention], marked: bool) -> YesNoQuestion | None:
    bare = (
        bool(mentions) and marked and not re.sub("[吗呢啊和或与、]", "", _without(clause, mentions))
    )
    if bare:
        names = [m for m in mentions if m.kind]
        return (
            YesNoQuestion("things", tuple(names))
            if names
            else YesNoQuestion("scene", tuple(mentions), exists=False)
        )
    if not clause or _ZH_COMPARED.search(clause) or _ZH_WHAT.search(clause):
        return None
    there = _ZH_THERE.search(clause)
    polar = _ZH_POLAR.search(clause)
    if not polar or (there and _ZH_PICTURES.search(clause)):
        return None
    identity = _ZH_IS.search(
        clause.replace("是否有", "").replace("是否存在", "").replace("是否出现", "")
    )
    exists = there is not None and (
        identity is None
        or bool(re.search("有没有|是不是有|是否|存在|看[到见]", clause))
        or there.start() < identity.start()
    )
    if not exists and identity is None:
        return YesNoQuestion("unknown") if _is_property(clause, mentions) else None
    ordered = _ZH_ORDER.search(clause)
    if not mentions:
        if exists or ordered:
            return YesNoQuestion("things") if exists else None
        noun = _ZH_NOUN.search(clause)
        return YesNoQuestion("unknown", noun=noun.group(1) if noun else "")
    names = _joined(mentions, clause)
    rest = re.sub("[吗么吧嘛呢啊]+$|没有$", "", clause[there.end() :]) if there else ""
    if (
        there and exists and rest and names[-1].end <= there.start() and not _ZH_WAY.search(rest)
    ):  # "飞机旁边有人吗？"
        return YesNoQuestion("things", noun=rest)
    first = names[0]
    if not first.scenes and not first.kind:
        return YesNoQuestion("things") if exists else YesNoQuestion("unknown", noun=first.said)
    if first.kind and (exists or is_object(first)):
        denied = "没有" in clause.replace("有没有", "").removesuffix("没有") or bool(
            _ZH_SOME.search(clause)
        )
        every = len(names) > 1 and bool(re.search("都|和|与", clause)) and "或" not in clause
        return YesNoQuestion(
            "things",
            tuple(m for m in names if m.kind),
            yes_no=not denied,
            every=every,
            exists=exists,
        )
    doubted = bool(
        re.search("(?<!是)不是", clause)
    )  # "这不是机场吧？": 是的 would agree with the doubt
    return YesNoQuestion(
        "scene", tuple(m for m in names if m.scenes), yes_no=not doubted, exists=exists
    )


def _is_property(clause: str, mentions: Sequence[Mention]) -> bool:
    """Something is asked of a thing that is taken to be there: "储罐漏油了吗？"."""
    if (
        not mentions
        or mentions[0].start > 2
        or not mentions[0].kind
        or re.search("可以|能|请|帮|想|要", clause)
    ):
        return False
    rest = re.sub("[吗么吧呢啊]+$", "", clause[mentions[0].end :])
    return (
        bool(rest)
        and not re.match("[在位处和与或、]", rest)
        and bool(re.search("吗|是否", clause))
        and not in_chinese(rest)
    )


def _joined(mentions: Sequence[Mention], clause: str) -> list[Mention]:
    """The names at the end of the clause that are joined by "and", "or".

    What stands before them only says where.
    """
    names = [mentions[-1]]
    for mention in reversed(mentions[:-1]):
        if clause[mention.end : names[0].start] not in (
            "和",
            "或",
            "或者",
            "与",
            "、",
            "还有",
            "以及",
            "跟",
        ):
            break
        names.insert(0, mention)
    return names


def _without(text: str, mentions: Sequence[Mention]) -> str:
    for mention in reversed(mentions):
        text = text[: mention.start] + text[mention.end :]
    return text
