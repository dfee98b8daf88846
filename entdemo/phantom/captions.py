"""Captions of drawn frames, worded as an ENT doctor would report them in English or Vietnamese.

A caption always tells the side of a nose or an ear and the state of the vocal cords.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np

from entdemo.phantom.facts import Facts, Observation, Side
from entdemo.phantom.grammar import Dice, Pattern, capitalise, pattern, read_table, tidy
from entdemo.taxonomy import region_of

Language = Literal["en", "vi"]

SIDE_WORDS = {
    "en": {"right": "right", "left": "left", "both": "bilateral"},
    "vi": {"right": "phải", "left": "trái", "both": "hai bên"},
}
_STATES = ("open", "closed")
_SIZES = {
    "en": {
        "small": ("small", "mild", "mildly", "grade 2"),
        "medium": ("medium-sized", "moderate", "moderately", "grade 3"),
        "large": ("large", "marked", "markedly", "grade 4"),
    },
    "vi": {
        "small": ("kích thước nhỏ", "nhẹ", "nhẹ", "độ II"),
        "medium": ("kích thước vừa", "mức độ vừa", "mức độ vừa", "độ III"),
        "large": ("kích thước lớn", "nhiều", "nhiều", "độ IV"),
    },
}
_PLACES = {
    ("en", "ear"): {
        "anterior": "in the anterior {half|quadrant}",
        "posterior": "in the posterior {half|quadrant}",
        "superior": "in the {superior|upper} {part|half}",
        "inferior": "in the {inferior|lower} {part|half}",
        "central": "in the {centre|central part}",
    },
    ("en", "nose"): {
        "anterior": "{anteriorly|in the anterior part}",
        "posterior": "{posteriorly|in the posterior part}",
        "superior": "{superiorly|in the upper part}",
        "inferior": "{inferiorly|in the lower part}",
        "central": "in the {middle|central} part",
    },
    ("vi", "ear"): {
        "anterior": "{góc trước|phía trước|ở nửa trước}",
        "posterior": "{góc sau|phía sau|ở nửa sau}",
        "superior": "{phía trên|ở phần trên}",
        "inferior": "{phía dưới|ở phần dưới}",
        "central": "trung tâm",
    },
    ("vi", "nose"): {
        "anterior": "{phía trước|phần trước}",
        "posterior": "{phía sau|phần sau}",
        "superior": "{phía trên|phần cao}",
        "inferior": "{phía dưới|phần thấp}",
        "central": "{ở giữa|phần giữa}",
    },
}
_THIRDS = {
    "en": {
        "anterior": "{at|of} the anterior third",
        "posterior": "{at|of} the posterior third",
        "central": "{at|of} the middle third",
    },
    "vi": {"anterior": "1/3 trước", "posterior": "1/3 sau", "central": "1/3 giữa"},
}
_REST = {
    "en": "{No other lesion|No other abnormality|Otherwise normal|Nothing else of note}",
    "vi": "{Không thấy tổn thương khác|Ngoài ra bình thường|Không ghi nhận bất thường khác}",
}

Table = dict[tuple[str, str, str, str], list[Pattern]]


@cache
def _table() -> Table:
    table: Table = {}
    for language, region, form, key, source in read_table("entdemo.phantom", "captions.tsv", 5):
        table.setdefault((language, region, form, key), []).append(pattern(source))
    return table


def observation_slots(
    observation: Observation, region: str, language: Language, dice: Dice
) -> dict[str, str]:
    """Words for the size, place and side of one observation; unknown ones are left out."""
    slots: dict[str, str] = {}
    if observation.size:
        names = ("z", "deg", "degly", "gr")
        slots.update(zip(names, _SIZES[language][observation.size], strict=True))
    if observation.place:
        slots["p"] = observation.place if language == "en" else ""
        at = _PLACES.get((language, region), {}).get(observation.place, "")
        third = _THIRDS[language].get(observation.place, "")
        slots["at"] = pattern(at).expand(dice, {})
        slots["third"] = pattern(third).expand(dice, {})
    if language == "en":
        return slots | _paired(observation.side, dice)
    if observation.side:
        slots["o"] = SIDE_WORDS[language][observation.side]
    return slots


def _paired(side: Side | None, dice: Dice) -> dict[str, str]:
    """English words for cords and tonsils, which come in pairs."""
    cord = ("vocal cord", "vocal fold", "cord")[dice.below(3)]
    if side in ("left", "right"):
        one = {"cord": f"{side} {cord}", "tonsil": f"{side} tonsil"}
        return {"o": side, "onside": f"on the {side}"} | one | _with_the(one, "the ")
    pair = {"cord": f"{cord}s", "tonsil": "tonsils"}
    if side == "both":
        return {"o": "bilateral", "many": "s"} | pair | _with_the(pair, "both ")
    return pair | _with_the(pair, "the ")


def _with_the(words: dict[str, str], article: str) -> dict[str, str]:
    return {f"the{name}": article + word for name, word in words.items()}


class _Wording:
    """The choices that one caption needs, with its class and language fixed."""

    def __init__(self, facts: Facts, language: Language, dice: Dice) -> None:
        self.facts, self.language, self.dice = facts, language, dice
        self.region = region_of(facts.class_name)
        self.state = facts.class_name.rsplit("-", 1)[-1]
        side = SIDE_WORDS[language].get(self.state, "")
        self.slots = {"s": side, "S": side}

    def has(self, form: str, key: str) -> bool:
        return (self.language, self.region, form, key) in _table()

    def say(self, form: str, key: str, slots: dict[str, str]) -> str:
        options = _table()[self.language, self.region, form, key]
        return options[self.dice.below(len(options))].expand(self.dice, slots)

    def frame(self, form: str) -> str:
        """A heading or a tail, which tell the side or the state."""
        key = self.state if self.state in _STATES else "-"
        return self.say(form, key, self.slots)

    def clause(self, form: str, observation: Observation) -> str:
        slots = observation_slots(observation, self.region, self.language, self.dice)
        return self.say(form, observation.key, {**slots, **self.slots})

    def shorts(self, observations: tuple[Observation, ...]) -> list[str]:
        return [self.clause("short", item) for item in observations]


def _headed(wording: _Wording, items: tuple[Observation, ...]) -> str:
    separator = (", ", "; ")[wording.dice.below(2)]
    return f"{wording.frame('heading')}: {separator.join(wording.shorts(items))}"


def _tailed(wording: _Wording, items: tuple[Observation, ...]) -> str:
    return f"{', '.join(wording.shorts(items))} {wording.frame('tail')}"


def _full(wording: _Wording, items: tuple[Observation, ...]) -> str:
    first = wording.clause("full", items[0])
    others = wording.shorts(items[1:])
    if others and wording.dice.chance(0.4):
        return f"{first}. {capitalise(', '.join(others))}"
    return ", ".join([first, *others])


def caption(facts: Facts, language: Language, rng: np.random.Generator) -> str:
    """A caption of a drawn frame.

    Args:
        facts: class and observations; none means a normal frame.
        language: ``en`` or ``vi``.
        rng: decides on the wording.

    Returns:
        One or two sentences; side or state of the class can always be read from them.
    """
    dice = Dice(rng)
    wording = _Wording(facts, language, dice)
    items = facts.observations or (Observation("normal"),)
    if wording.has("full", items[0].key) and dice.chance(0.6):
        text = _full(wording, items)
    else:
        text = (_headed if dice.chance(0.7) else _tailed)(wording, items)
    if facts.finding != "normal" and dice.chance(0.12):
        text = f"{text}. {pattern(_REST[language]).expand(dice, {})}"
    return capitalise(tidy(text)) + ("." if dice.chance(0.6) else "")
