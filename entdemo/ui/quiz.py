"""A self-test over gallery cases: what is asked next, and how the answers count.

Missed cases come back as in Leitner's card boxes (S. Leitner, So lernt man lernen, 1972), with
the distance counted in questions, since a visit is short. A visit's state is an immutable
``Round``; each function here gives the next one.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from entdemo.errors import PageError
from entdemo.taxonomy import CLASSES, mirror_class, region_of

Level = Literal["easy", "medium", "hard"]
LEVELS: tuple[Level, ...] = ("easy", "medium", "hard")

Mistake = Literal["none", "side", "other"]

GAPS = (3, 7)
"""A missed case returns after so many other questions; answered right, it moves on to the next
gap, and after the last one it is done."""

MOST_CASES = 200
"""How many different cases one round holds."""


@dataclass(frozen=True)
class Item:
    """A case to ask for; ``finding`` may be empty."""

    case_id: str
    class_name: str
    finding: str
    level: Level


@dataclass(frozen=True)
class Answer:
    """What a visitor said of an item.

    Attributes:
        class_name: one of the seven classes.
        finding: the visitor's finding, empty where none was given.
        first: whether it was the visitor's first answer to this case.
    """

    item: Item
    class_name: str
    finding: str
    first: bool

    @property
    def mistake(self) -> Mistake:
        """``side`` where only left and right were confused."""
        if self.class_name == self.item.class_name:
            return "none"
        return "side" if self.class_name == mirror_class(self.item.class_name) else "other"

    @property
    def finding_right(self) -> bool | None:
        """None where no finding was given or the case has none.

        A finding's key means something only within its region.
        """
        if not self.finding or not self.item.finding:
            return None
        same_region = region_of(self.class_name) == region_of(self.item.class_name)
        return same_region and self.finding == self.item.finding


@dataclass(frozen=True)
class _Waiting:
    """A missed item, its box, and the number of answers after which it is asked again."""

    item: Item
    box: int
    due: int


@dataclass(frozen=True)
class Round:
    """A visitor's quiz.

    Attributes:
        fresh: items not asked yet, in the order in which they will be.
        waiting: missed items that will return.
        current: the item that is asked; None when every item is done.
        revealed: whether the current item has been answered.
        answers: in the order in which they were given.
        asks_finding: whether the visitor is asked for the finding as well.
    """

    fresh: tuple[Item, ...]
    waiting: tuple[_Waiting, ...] = ()
    current: Item | None = None
    revealed: bool = False
    answers: tuple[Answer, ...] = ()
    asks_finding: bool = False


def chosen(items: Iterable[Item], region: str = "", level: str = "") -> list[Item]:
    """Items of a region and a level; empty means any.

    Raises:
        UserError: if there is none.
    """
    found = [
        item
        for item in items
        if region in ("", region_of(item.class_name)) and level in ("", item.level)
    ]
    if not found:
        raise PageError("quiz.no_cases")
    return found


def start(items: Sequence[Item], seed: int, *, asks_finding: bool = False) -> Round:
    """A new round whose first item is asked; the same seed gives the same order."""
    order = tuple(_mixed(items, random.Random(seed)))[:MOST_CASES]
    return advance(Round(fresh=order, asks_finding=asks_finding))


def _mixed(items: Sequence[Item], chance: random.Random) -> Iterable[Item]:
    """Each time any class that still has an item, so that rare classes come as often and the
    next class cannot be guessed from those before."""
    left: dict[str, list[Item]] = {}
    for item in chance.sample(items, len(items)):
        left.setdefault(item.class_name, []).append(item)
    while left:
        name = chance.choice(sorted(left))
        yield left[name].pop()
        if not left[name]:
            del left[name]


def answer(state: Round, class_name: str, finding: str = "") -> Round:
    """The round after the current item was answered; a second answer to it changes nothing.

    Raises:
        UserError: if the answer is none of the classes, or nothing is asked.
    """
    if state.current is None:
        raise PageError("quiz.over")
    if state.revealed:
        return state
    if class_name not in CLASSES:
        raise PageError("quiz.no_answer")
    first = all(given.item.case_id != state.current.case_id for given in state.answers)
    given = Answer(state.current, class_name, finding, first)
    answers = (*state.answers, given)
    return replace(state, revealed=True, answers=answers, waiting=_boxed(state, given))


def _boxed(state: Round, given: Answer) -> tuple[_Waiting, ...]:
    """Where missed items wait after an answer to the current one."""
    box = next((wait.box for wait in state.waiting if wait.item == given.item), None)
    others = tuple(wait for wait in state.waiting if wait.item != given.item)
    if given.mistake != "none":
        box = 0
    elif box is None or box + 1 == len(GAPS):
        return others
    else:
        box += 1
    return (*others, _Waiting(given.item, box, len(state.answers) + 1 + GAPS[box]))


def advance(state: Round) -> Round:
    """The round with its next item: a missed one that is due, else a fresh one, else the missed
    one that has waited longest; an item that was not answered is left out."""
    last = state.current
    if last is not None and not state.revealed:
        state = replace(
            state,
            waiting=tuple(wait for wait in state.waiting if wait.item.case_id != last.case_id),
        )
    waiting = sorted(state.waiting, key=lambda wait: wait.due)
    if waiting and (waiting[0].due <= len(state.answers) or not state.fresh):
        others = [wait.item for wait in waiting if wait.item != last]
        return replace(state, current=(others or [waiting[0].item])[0], revealed=False)
    fresh = state.fresh
    return replace(state, current=fresh[0] if fresh else None, fresh=fresh[1:], revealed=False)


@dataclass(frozen=True)
class Score:
    """First answers to the cases of one class: how many, how many right, and which mistakes."""

    class_name: str
    cases: int
    right: int
    side: int
    other: int


def scores(answers: Iterable[Answer]) -> list[Score]:
    """A score for each class that was asked for, in taxonomy order."""
    first = [given for given in answers if given.first]
    found = []
    for name in CLASSES:
        mistakes = [given.mistake for given in first if given.item.class_name == name]
        if mistakes:
            counts = (mistakes.count(kind) for kind in ("none", "side", "other"))
            found.append(Score(name, len(mistakes), *counts))
    return found
