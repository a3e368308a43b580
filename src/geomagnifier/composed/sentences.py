"""The sentence of a composed answer, by rule: the value with its unit, in English and Chinese.

"Yes: 9 ships against 7 storage tanks."
"The mean length of the 9 ships is 51.5 px."
"是：9艘船，7个储罐。"
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from geomagnifier.composed import program as p
from geomagnifier.composed.ground import Outcome, Term
from geomagnifier.composed.sentence_words import (
    ADJECTIVES,
    COLOURS_ZH,
    FORMS_EN,
    FORMS_ZH,
    HOW_ZH,
    NAMED,
    QUANTITIES_ZH,
    TAKEN,
    Words,
    after_noun,
    condition,
    nouns_of,
    number,
    rank_zh,
    several,
    thing,
)
from geomagnifier.results import GeneratedText


def say(program: p.Program, outcome: Outcome, words: Words) -> GeneratedText:
    """The sentence of an outcome, with the phrase that stands for the regions of each class.

    Args:
        program: of the question.
        outcome: what it comes to.
        words: of the language.
    """
    zh = words.language == "zh"
    if isinstance(program, p.Several):
        told = [
            say(one, part, words) for one, part in zip(program.asked, outcome.each, strict=True)
        ]
        texts = dict.fromkeys(one.text for one in told)
        phrases = {kind: said for one in reversed(told) for kind, said in one.phrases.items()}
        return GeneratedText(("" if zh else " ").join(texts), phrases, words.language)
    text = (
        _why(program, outcome, words) if outcome.why is not None else _told(program, outcome, words)
    )
    if not zh:
        text = text[0].upper() + text[1:]
    counts = Counter(region.label for region in outcome.regions)
    phrases = {}
    for kind, n in counts.items():
        phrase = words.counted(kind, n)
        if re.search(rf"(?<![\d.,]){re.escape(phrase)}(?![a-z])", text):
            phrases[kind] = phrase
    return GeneratedText(text, phrases, words.language)


def _of(term: Term) -> p.Select | None:
    return next((part for part in p.parts(term.of) if isinstance(part, p.Select)), None)


def _side(term: Term, words: Words) -> str:
    """One side of a comparison: "9 ships", "the largest ship with 120 m2"."""
    of, zh = _of(term), words.language == "zh"
    if isinstance(term.of, p.Given) or of is None:
        return number(term.value, term.unit, words)
    counts = dict(term.counts) or dict.fromkeys(of.kinds[:3], 0)
    if isinstance(term.of, p.Count):
        told = words.counts(counts)
        return (
            f"{''.join(condition(f, words) for f in of.filters)}{told}"
            if zh
            else f"{told}{after_noun(of, words, sum(counts.values()))}"
        )
    value = number(term.value, term.unit, words)
    if zh:
        return f"{thing(of, words)}{value}"
    if isinstance(term.of, p.Share) and term.of.whole is not None:
        return f"{value} of the {several(term.of.whole, words)}, {words.counts(counts)}"
    if isinstance(term.of, p.Measure) and of.rank is None:
        return (
            f"{value} for"
            f" {words.counts(counts)}{TAKEN[term.of.how] if sum(counts.values()) > 1 else ''}"
        )
    return f"{value} for {several(of, words)}"


def _told(program: p.Program, outcome: Outcome, words: Words) -> str:
    """The sentence of a value."""
    zh = words.language == "zh"
    counts = Counter(region.label for region in outcome.regions)
    value = outcome.value
    yes = ("是：" if value else "否：") if zh else ("Yes: " if value else "No: ")
    match program:
        case p.Chosen(of):
            if not counts:
                return _none(of, words)
            missed = _missing(of, counts, words)
            if of.rank is not None and of.rank.to is not None:
                which = several(of, words, sum(counts.values()))
                return (
                    f"{words.counts(counts)}，{which}{missed}。"
                    if zh
                    else f"{words.counts(counts)}, {which}{missed}."
                )
            if zh:
                where = "".join(condition(f, words) for f in of.filters) or "图中"
                return f"{where}有{words.counts(counts)}{missed}。"
            after = after_noun(of, words, sum(counts.values()))
            return f"{words.counts(counts)}{after}{missed}."
        case p.Count(of) if not counts:
            return _none(of, words)
        case p.Count(of):
            missed = _missing(of, counts, words)
            if zh:
                where = "".join(condition(f, words) for f in of.filters)
                return f"{where}共有{words.counts(counts)}{missed}。"
            sum_up = f", {sum(counts.values())} in total" if len(counts) > 1 else ""
            after = after_noun(of, words, sum(counts.values()))
            return f"{words.counts(counts)}{sum_up}{after}{missed}."
        case p.Exists(of, _):
            if not counts:
                return ("没有：" if zh else "No: ") + _none(of, words, start=False)
            missing = [kind for kind in of.kinds if kind not in counts] if not value else []
            if zh:
                where = "".join(condition(f, words) for f in of.filters)
                return f"{'没有都有' if missing else '有'}：{where}{words.counts(counts)}。"
            none = (
                f", but no {words.listed([words.noun(kind, 1) for kind in missing], 'or')}"
                if missing
                else ""
            )
            return (
                f"{yes}{words.counts(counts)}{after_noun(of, words, sum(counts.values()))}{none}."
            )
        case p.Every(_, test):
            total = sum(counts.values())
            if zh:
                passed = f"有{outcome.passed}个符合“{condition(test, words)}”"
                return f"{yes}{words.counts(counts)}中{passed}。"
            whom = (
                words.counts(counts)
                if total == 1
                else f"{outcome.passed} of {words.counts(counts)}"
            )
            return f"{yes}{whom} {_is(test, outcome.passed, total, words)}."
        case p.Compare(
            p.Count(of), "==", p.Given(0)
        ):  # "are there no ships?": yes could mean either
            if not counts:
                return _none(of, words)
            where = "".join(condition(f, words) for f in of.filters)
            return (
                f"{where}有{words.counts(counts)}。"
                if zh
                else (
                    f"There {'is' if (n := sum(counts.values())) == 1 else 'are'}"
                    f" {words.counts(counts)}{after_noun(of, words, n)}."
                )
            )
        case p.Compare(_, _, right, times):
            a, b = outcome.terms
            if zh:
                return (
                    f"{yes}{_side(a, words)}，{_side(b, words)}。"
                    if not isinstance(right, p.Given)
                    else f"{yes}{_side(a, words)}。"
                )
            factor = "" if times == 1 else f" (times {times:g})"
            if isinstance(right, p.Given):
                return f"{yes}{_side(a, words)}."
            return f"{yes}{_side(a, words)} against {_side(b, words)}{factor}."
        case p.Which():
            of_one = len({mine.kinds[0] for term in outcome.terms if (mine := _of(term))}) == 1
            best = next(
                term
                for term in outcome.terms
                if (mine := _of(term)) is not None
                and ("; ".join(map(str, mine.filters)) if of_one else mine.kinds[0]) == value
            )
            rest = [term for term in outcome.terms if term is not best]
            if of_one and (mine := _of(best)) is not None:
                together = [_side(term, words) for term in (best, *rest)]
                if zh:
                    which = "较多" if program.most else "较少"
                    where = "、".join(condition(f, words) for f in mine.filters)
                    return f"{where.removesuffix('的')}{which}：{'，'.join(together)}。"
                return f"{together[0]} against {words.listed(together[1:])}."
            if zh:
                numbers = "，".join(_side(term, words) for term in [best, *rest])
                return f"{words.noun(str(value))}：{numbers}。"
            return (
                f"{words.noun(str(value))}: {_side(best, words)} against"
                f" {words.listed([_side(term, words) for term in rest])}."
            )
        case p.Commonest(_, most):
            name = words.noun(str(value))
            if zh:
                return f"{'最多' if most else '最少'}的是{name}：{words.counts(counts)}。"
            return f"{name} are the {'most' if most else 'least'} common: {words.counts(counts)}."
        case p.ColourOf(of):
            total = sum(counts.values())
            if zh:
                return f"{COLOURS_ZH[str(value)]}（{words.counts(counts)}中的{outcome.passed}个）。"
            return f"{value}: {f'{outcome.passed} of ' if total > 1 else ''}{words.counts(counts)}."
        case p.Arranged(_, form):
            return (
                f"{yes}{words.counts(counts)}，{'' if value else '不'}{FORMS_ZH[form]}。"
                if zh
                else f"{yes}{words.counts(counts)}, {'' if value else 'not '}{FORMS_EN[form]}."
            )
        case p.Arrangement():
            return (
                f"{words.counts(counts)}，{FORMS_ZH[str(value)]}。"
                if zh
                else f"{words.counts(counts)}, {FORMS_EN[str(value)]}."
            )
    term, *sides = outcome.terms
    told = number(term.value, term.unit, words, getattr(program, "shown", ""))
    match program:
        case p.Share(of, whole):
            if whole is not None:
                part = f"{outcome.terms[0].value:.4g} %"
                return (
                    f"{words.counts(counts) if counts else 0}：{part}。"
                    if zh
                    else (
                        f"{part} of the {nouns_of(whole, words)}:"
                        f" {words.counts(counts) if counts else 'none'}."
                    )
                )
            if not counts:
                return _none(of, words)
            if zh:
                return f"{several(of, words)}占{told}（{words.counts(counts)}）。"
            verb = "covers" if sum(counts.values()) == 1 else "cover"
            after = after_noun(of, words, sum(counts.values()))
            return f"{words.counts(counts)}{after} {verb} {told} of the picture."
        case p.Measure(of, what, how, _):
            if not counts:
                return _none(of, words)
            single = sum(counts.values()) == 1
            if zh:
                quantity = f"{'' if single else HOW_ZH[how]}{QUANTITIES_ZH[what]}"
                return f"{words.counts(counts)}的{quantity}为{told}。"
            name = what if single else f"{'total' if how == 'sum' else how} {what}"
            every = f"the {words.counts(counts)}{after_noun(of, words, 1 if single else 2)}"
            whose = f"{several(of, words)} ({words.counts(counts)})" if of.rank else every
            return f"the {name} of {whose} is {told}."
        case p.Distance(_, second, gap, _):
            if zh:
                return f"{words.counts(counts)}之间的{'间隙' if gap else '距离'}为{told}。"
            pair = (
                f"the nearest {words.counts(counts)}"
                if second is not None and len(counts) > 1
                else words.counts(counts)
            )
            return f"the {'gap' if gap else 'distance'} between {pair} is {told}."
        case p.Density(of, _):
            return (
                f"{words.counts(counts) if counts else 0}：{told}。"
                if zh
                else f"{words.counts(counts) if counts else 'none'}: {told}."
            )
        case p.Difference(left, _):
            left_said, right_said = (_side(side, words) for side in sides)
            more = (
                ("more", "fewer")
                if isinstance(left, p.Count)
                else ADJECTIVES[left.what]
                if isinstance(left, p.Measure)
                else ("", "")
            )
            size = (
                f"{number(abs(term.value), term.unit, words, getattr(left, 'shown', ''))}"
                f" {more[term.value < 0]}"
            )
            apart = number(term.value, term.unit, words)
            return (
                f"{left_said}，{right_said}，相差{apart}。"
                if zh
                else f"{size}: {left_said} against {right_said}."
            )
        case p.Counts():
            told = words.listed([_side(side, words) for side in sides])
            return f"{told}。" if zh else f"{told}."
        case p.Lines(of, columns):
            if not counts:
                return _none(of, words)
            n = int(term.value)
            if zh:
                return f"{words.counts(counts)}排成{n}{'列' if columns else '行'}。"
            return (
                f"{words.counts(counts)} in {n}"
                f" {'column' if columns else 'row'}{'' if n == 1 else 's'}."
            )
        case p.Axis(of):
            return (
                f"{words.counts(counts)}的长轴朝向为{told}（自北顺时针）。"
                if zh
                else f"the long axis of {words.counts(counts)} lies at {told} clockwise from north."
            )
    raise ValueError(program)


def _is(test: p.Filter, passed: int, total: int, words: Words) -> str:
    verb = "is" if passed == 1 or total == 1 else "are"
    negated = total == 1 and not passed
    return f"{verb} {'not ' if negated else ''}{condition(test, words).removeprefix('that are ')}"


def _missing(of: p.Select, counts: Mapping[str, int], words: Words) -> str:
    """Of several classes that were named, those of which there is none."""
    missing = [kind for kind in of.kinds if kind not in counts] if len(of.kinds) <= NAMED else []
    if not missing:
        return ""
    return (
        f"，没有{words.listed([words.noun(kind) for kind in missing])}"
        if words.language == "zh"
        else (f"; there is no {words.listed([words.noun(kind, 1) for kind in missing], 'or')}")
    )


def _none(of: p.Select, words: Words, start: bool = True) -> str:
    """That there is none."""
    if words.language == "zh":
        return f"没有{''.join(condition(f, words) for f in of.filters)}{nouns_of(of, words)}。"
    return (
        f"{'There' if start else 'there'} is no {nouns_of(of, words, 1)}{after_noun(of, words, 1)}."
    )


def _why(program: p.Program, outcome: Outcome, words: Words) -> str:
    """Why there is no value, and what to ask instead."""
    zh = words.language == "zh"
    counts = Counter(region.label for region in outcome.regions)
    there = words.counts(counts) if counts else ""
    of = next(
        (part for part in p.parts(program) if isinstance(part, p.Select) and part.kinds),
        p.Select(()),
    )
    match outcome.why:
        case "no scale":
            return (
                "这幅影像没有坐标参考系统，无法换算成米；请改用像素提问。"
                if zh
                else (
                    "The image has no georeferencing, so nothing can be given in metres or"
                    " hectares; ask in pixels, as in 'longer than 40 px'."
                )
            )
        case "none":
            missing = [kind for kind in p.kinds(program) if kind not in counts][:3] or list(
                of.kinds
            )
            noun = words.listed([words.noun(kind, 1) for kind in missing], "or")
            if zh:
                return f"没有找到{noun}{f'（有{there}）' if there else ''}，因此无法回答。"
            return (
                f"There is no {noun}{f' ({there} found)' if there else ''}, so this cannot be"
                " answered."
            )
        case "fewer":
            return _fewer(program, outcome.terms[0], words)
        case "not two":
            lain = isinstance(program, p.Arranged | p.Arrangement)
            if zh:
                wanted = "这需要至少两个目标" if lain else "距离需要正好两个目标"
                return f"{f'有{there}' if there else '没有找到目标'}，无法判断；{wanted}。"
            if lain:
                return f"{there or 'None'} found: an arrangement needs at least two objects."
            return (
                f"{there or 'None'} found: that needs exactly two; select them, as in 'between the"
                " largest ship and the bridge'."
            )
        case "tie":
            return f"一样多：{there}。" if zh else f"as many of each: {there}."
        case "one class":
            return f"只有{there}。" if zh else f"{there}, and nothing else."
        case "no colour":
            return "无法读取颜色。" if zh else "The colour cannot be determined here."
        case "round":
            return (
                f"{there}没有明显的长轴。" if zh else f"{there}, as long as wide: it has no axis."
            )
    raise ValueError(outcome.why)


def _fewer(program: p.Program, there: Term, words: Words) -> str:
    """That there are not as many as a rank or number asks for. there: how many there are."""
    of = _of(there) or p.Select(())
    rank = next(
        part.rank
        for part in p.parts(program)
        if isinstance(part, p.Select) and part.rank and replace(part, rank=None) == of
    )
    counted = words.counts(dict(there.counts))
    if words.language == "zh":
        where = "".join(condition(f, words) for f in of.filters)
        return f"图中只有{where}{counted}{f'，没有{rank_zh(rank)}' if rank.count == 1 else ''}。"
    none = f"; there is no {rank}" if rank.count == 1 else ""
    return (
        f"There {'is' if there.value == 1 else 'are'} only"
        f" {counted}{after_noun(of, words, int(there.value))}{none}."
    )
