"""The second part of an answer: the sentence, written when the objects have been found.

The likeliest sentence of a small beam, within rules that keep it true to what was found: "<n> <KIND>" only of a kind with
regions and of each once, "no <KIND>" only of one that was looked for in vain, no end before every kind is named; in a caption no word
of a kind whose presence gate is shut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from geomagnifier.model import words as w
from geomagnifier.model.vlm import ANSWER, INSTANCES, PLACE, Memory, TextDecoder

NEVER = (w.POINT, w.SAY, w.NONE, w.BY, w.EVERYTHING, w.THIS, w.PLACE, w.UNKNOWN)
TOLD = 4
"""Most kinds with regions in the decoder's own words; pictures with more are too few to learn from, and the rest is listed."""
Rule = Callable[[Sequence[str]], Sequence[str]]
"""Tokens so far -> tokens that must not come next."""


def tell(
    decoder: TextDecoder, words: w.Words, states: Tensor, padding: Tensor, memory: Memory, forbidden: Rule, beam: int = 3
) -> list[str]:
    """Write a sentence.

    Args:
        decoder: in evaluation mode.
        words: its vocabulary.
        states: (1, T, tokens) of the question.
        padding: (1, T).
        memory: image tokens, and instance tokens of what was found.
        forbidden: what must not come next.
        beam: sentences followed at a time.

    Returns:
        tokens without the opening and the closing one.
    """
    with torch.no_grad():
        _, cache = decoder.read(states, padding, memory)
        token = torch.tensor([[words.number[w.SAY]]])
        written: list[list[str]] = [[]]
        scores = torch.zeros(1)
        finished: list[tuple[float, list[str]]] = []
        never = torch.tensor(words.encode(NEVER))
        while written and cache.written < ANSWER - 1:
            x, cache = decoder.write(token, cache)
            chances = torch.log_softmax(decoder.logits(x)[:, -1].float(), 1)
            chances[:, never] = -torch.inf
            for row, sentence in enumerate(written):
                shut = [words.number[t] for t in forbidden(sentence) if t in words.number]
                if not sentence:
                    shut.append(words.number[w.END])  # an answer is not empty
                if len(sentence) > 2 and sentence[-3:-1] == sentence[-1:] * 2:
                    shut.append(words.number[sentence[-1]])  # a word three times in a row is a stutter
                chances[row, torch.tensor(shut, dtype=torch.int64)] = -torch.inf
            total = (scores[:, None] + chances).flatten()
            best = total.topk(min(2 * beam, total.numel()))
            rows: list[int] = []
            following: list[int] = []
            kept: list[float] = []
            for value, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
                if value == -float("inf"):
                    continue
                row, number = divmod(place, len(words))
                if words.tokens[number] == w.END:
                    finished.append((value / (len(written[row]) + 1), written[row]))
                elif len(rows) < beam:
                    rows.append(row)
                    following.append(number)
                    kept.append(value)
            if len(finished) >= beam or not rows:
                break
            written = [[*written[row], words.tokens[number]] for row, number in zip(rows, following, strict=True)]
            scores, token = torch.tensor(kept), torch.tensor(following)[:, None]
            index = torch.tensor(rows)
            cache = cache._replace(
                past=[(k[index], v[index]) for k, v in cache.past],
                memory=[(k[:1].expand(len(rows), -1, -1, -1), v[:1].expand(len(rows), -1, -1, -1)) for k, v in cache.memory],
                absent=cache.absent[:1].expand(len(rows), -1),
                padding=cache.padding[:1].expand(len(rows), -1),
            )
        return max(finished or [(0.0, written[0])], key=lambda pair: pair[0])[1]


Thing = tuple[str, float, tuple[float, float, float, float]]
"""Kind, score, box as shares of the scene's width and height."""


def instances(words: w.Words, things: Sequence[Thing], missing: Sequence[str], unknown: bool) -> tuple[list[int], list[list[float]]]:
    """What was found, as the decoder is told it: word numbers of kinds, and score, centre and sides of each.

    Args:
        words: the vocabulary.
        things: of which the best are told, as many as there is room for.
        missing: kinds that were looked for in vain: a token of zeros each.
        unknown: a thing never taught was asked for: a token of its own.
    """
    kinds, places = [], []
    for kind, score, (x0, y0, x1, y1) in sorted(things, key=lambda t: -t[1])[: INSTANCES - len(missing) - unknown]:
        kinds.append(w.kind_token(kind))
        places.append([score, (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0])
    kinds += [w.kind_token(kind) for kind in missing] + [w.UNKNOWN] * unknown
    return words.encode(kinds), places + [[0.0] * PLACE] * (len(missing) + unknown)


def about_found(words: w.Words, present: Sequence[str], missing: Sequence[str], unknown: bool = False) -> Rule:
    """Rules of a sentence about what was found.

    Args:
        words: the vocabulary.
        present: kinds with regions.
        missing: kinds that were looked for in vain.
        unknown: a thing never taught was asked for as well.
    """
    kinds = set(words.kinds)
    there, gone = {w.kind_token(k) for k in present}, {w.kind_token(k) for k in missing}
    other = [t for t in words.tokens if t not in kinds and t not in w.SPECIAL and t not in w.FOUND]  # the words of captions
    if not unknown:
        other += ["rest", "taught"]
    if there or gone:
        other.append("none")
    if not there:
        other.append("yes")

    def forbidden(sentence: Sequence[str]) -> list[str]:
        last = sentence[-1] if sentence else ""
        unsaid, denied = there - set(sentence), gone - set(sentence)
        if last in (w.NUMBER, w.ONE):
            return [t for t in words.tokens if t not in unsaid]
        if unsaid and len(sentence) > ANSWER - 8 - 3 * len(unsaid):  # room is running out
            return [t for t in words.tokens if t != w.NUMBER]
        only = following(sentence, unsaid, denied, gone, unknown)
        if only:
            return [t for t in words.tokens if t not in only]
        denying = last == "no" or (last in ("or", ",") and "no" in sentence)
        out = other + list(kinds - denied if denying else kinds)
        if unsaid or denied or last != "." or (unknown and "taught" not in sentence):
            out.append(w.END)
        if not (unsaid or denied or unknown) and (there or gone):
            out += [";", "also", "and", "there"]
        if not unsaid:
            out += [w.NUMBER, w.ONE]
        if not denied:
            out.append("no")
        if "no" not in sentence:
            out.append("or")
        if last not in there:
            out += [w.SEG, w.BOX]
        return out

    return forbidden


def listed(kinds: Sequence[str]) -> list[str]:
    """Tokens of the sentence that names what is left: "there are also six airplanes, two harbors and one bridge."."""
    tokens = ["there", w.IS, "also"] if kinds else []
    for k, kind in enumerate(kinds):
        tokens += [] if not k else ["and"] if k == len(kinds) - 1 else [","]
        tokens += [w.NUMBER, w.kind_token(kind)]
    return [*tokens, "."] if kinds else []


def following(sentence: Sequence[str], unsaid: set[str], denied: set[str], gone: set[str], unknown: bool) -> tuple[str, ...]:
    """What alone may come next where the sentence so far leaves no choice; () where it does.

    Args:
        sentence: tokens so far.
        unsaid: kinds that were found and are still to be named.
        denied: kinds that were looked for in vain and are still to be named.
        gone: all of those.
        unknown: a thing never taught was asked for.
    """
    last, before = (sentence[-1] if sentence else ""), (sentence[-2] if len(sentence) > 1 else "")
    if last == ".":
        if unsaid:
            return ("there", w.NUMBER)
        if denied:
            return ("there",)
        return ("the", "i") if unknown and "taught" not in sentence else (w.END,)
    if last == "there" and (unsaid or denied):
        return (w.IS,) if unsaid else ("is",)
    if last == w.IS and before == "there":
        return (w.NUMBER, "also")
    if last == "also":
        return (w.NUMBER,)
    if last == "is" and before == "there" and not unsaid and denied:
        return ("no",)
    if last in gone and denied:
        return ("or",) if len(denied) == 1 else (",",)
    return ()


def about_place(words: w.Words, shut: Sequence[str]) -> Rule:
    """Rules of a caption: no kind tokens, no ties, none of the words in `shut`."""
    out = [w.SEG, w.BOX, w.NUMBER, w.ONE, w.IS, *words.kinds, *shut]
    return lambda sentence: out
