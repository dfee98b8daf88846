"""Training sentences for the text tower: how clinicians, students and patients may put it.

A sentence is composed: phrases of one region, then what tells the side or the state (inside the
phrase, as a heading, as a tail), then how it is said (report, note, question, layman's words).
Some sentences leave side or state open, so the tower learns what a word alone does not tell, and
some are about something else altogether, so that it learns to name no class there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from entdemo.phantom.captions import Language, caption
from entdemo.phantom.facts import Facts, Observation, Place, Side, Size
from entdemo.phantom.grammar import Dice, capitalise, tidy
from entdemo.taxonomy import CLASSES, findings_of, region_of
from entdemo.text.prompts import CLASS_PROMPTS
from entdemo.text.sides import mirror_text
from entdemo.training.lexicon import Phrase, lexicon
from entdemo.training.text_augmentation import augment_text

_SIDED = ("nose", "ear")
_ELSEWHERE = 0.08
"""Share of sentences about something else; the lexicon holds them as a region of that name."""

_TOLD = 0.78
_OTHER_SIDE = {"right": "left", "left": "right"}
_IN_PHRASE: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "right": (*["right"] * 9, "Rt", "Rt.", "R", "(R)", "R."),
        "left": (*["left"] * 9, "Lt", "Lt.", "L", "(L)", "L."),
    },
    "vi": {
        "right": (*["phải"] * 8, *["bên phải"] * 3, "(P)", "P", "bên P", "bên (P)"),
        "left": (*["trái"] * 8, *["bên trái"] * 3, "(T)", "T", "bên T", "bên (T)"),
    },
}
_AS_NOUN: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {"right": (*["right"] * 9, "Rt", "R"), "left": (*["left"] * 9, "Lt", "L")},
    "vi": {"right": (*["phải"] * 9, "P", "(P)"), "left": (*["trái"] * 9, "T", "(T)")},
}
_OF_PAIR: dict[str, tuple[str, ...]] = {
    "en": ("", "", "right", "left", "right", "left", "bilateral", "R", "L"),
    "vi": (
        "",
        "",
        "",
        "hai bên",
        "hai bên",
        "2 bên",
        "phải",
        "trái",
        "bên phải",
        "bên trái",
        "(P)",
        "(T)",
    ),
}
_MARKS = {"s": "\x01", "side": "\x02", "ad": "\x03", "opp": "\x04"}
_MARK = re.compile("[\x01-\x04]")
_EAR_MARK = {"right": "AD", "left": "AS"}
_HANGING_SIDE = re.compile(
    r"(?<!hai )(?<!một )(?<!mỗi )(?<!2 )\bbên\s+"
    r"(?=bên\b|$|[,.;:/+)-]|(?:kèm|và|có|thấy)\b)",
    re.IGNORECASE,
)
"""A 'bên' whose side was left out, or said twice; 'hai bên' and the like are whole."""
_JOINTS: dict[str, tuple[str, ...]] = {
    "en": (", ", ", ", ", ", " and ", " with ", "; ", ". ", " + ", " / ", ", also ", " plus "),
    "vi": (", ", ", ", ", ", " kèm ", " và ", "; ", ". ", " + ", " / ", ", kèm theo ", ", có "),
}
_AFTER_HEAD: dict[str, tuple[str, ...]] = {
    "en": (*[": "] * 5, " - ", ", ", ". ", " ", " with ", " shows ", " showing ", ": there is "),
    "vi": (*[": "] * 5, " - ", ", ", ". ", " ", " có ", " thấy ", ": thấy ", " cho thấy ", " bị "),
}
_AFTER_STATE: dict[str, tuple[str, ...]] = {
    "en": (", ", ", ", ": ", ". ", "; ", " with ", " - ", " and "),
    "vi": (", ", ", ", ": ", ". ", "; ", ", có ", " - ", ", thấy "),
}


@dataclass(frozen=True)
class Sentence:
    """A sentence and what it tells.

    Attributes:
        text: the sentence, maybe augmented; not normalised.
        class_name: its class; None where it leaves side or state open.
        region: its region; None where it is not about ears, noses and throats.
        findings: keys that it names; keys of ``taxonomy.FINDINGS`` where the finding is there,
            other words (``grommet``) elsewhere.
        classes: the classes that it fits: one, the two of its region, or all alike.
    """

    text: str
    class_name: str | None
    region: str | None
    findings: tuple[str, ...]
    classes: tuple[str, ...]


class _Writer:
    """One sentence in the making; ``told`` says whether side or state is to be given."""

    def __init__(self, class_name: str, told: bool, language: Language, dice: Dice) -> None:
        self.class_name, self.told, self.language, self.dice = class_name, told, language, dice
        self.region = region_of(class_name)
        self.state = class_name.rsplit("-", 1)[-1]
        self.sided = self.region in _SIDED
        self.findings: list[str] = []
        self.has_side = False

    def one_of(self, options: tuple[str, ...]) -> str:
        return options[self.dice.below(len(options))]

    def phrase(self, form: str, region: str | None = None) -> Phrase:
        """A phrase that fits; where no side is to be told, none that asks for one."""
        options = lexicon(self.language)[region or self.region, form]
        for _ in range(6):
            found = options[self.dice.below(len(options))]
            if self.told or not self.sided or not found.takes("side"):
                break
        else:
            found = next(option for option in options if not option.takes("side"))
        return found

    def write(self, phrase: Phrase, with_side: bool = False) -> str:
        """The phrase in words; a side that the pattern demands is always filled in."""
        self.findings.extend(phrase.findings)
        with_side = self.told and (with_side or phrase.takes("side"))
        slots = {"o": self.one_of(_OF_PAIR[self.language])}
        if with_side or not self.sided:
            slots |= _MARKS
        text = phrase.pattern.expand(self.dice, slots)
        return _MARK.sub(self._fill, text)

    def _fill(self, match: re.Match[str]) -> str:
        """The side in place of its mark; seeing one is how we know that the side is told."""
        side = self.state if self.sided else self.one_of(("right", "left"))
        if match.group() == _MARKS["opp"]:
            return self.one_of(_AS_NOUN[self.language][_OTHER_SIDE[side]])
        self.has_side = True
        if match.group() == _MARKS["ad"]:
            return _EAR_MARK[side]
        options = _IN_PHRASE if match.group() == _MARKS["s"] else _AS_NOUN
        return self.one_of(options[self.language][side])

    def denial(self) -> str:
        """No this or that; findings that are not there are not counted."""
        things = (self.phrase("neg"), self.phrase("neg"))
        first, second = (thing.pattern.expand(self.dice, {}) for thing in things)
        return self.phrase("no", "any").pattern.expand(self.dice, {"x": first, "y": second})

    def body(self, with_side: bool) -> str:
        """One to three phrases, sometimes with a denial."""
        if self.dice.chance(0.07):
            return self.denial()
        parts = [self.write(self.phrase("np"), with_side)]
        while len(parts) < 3 and self.dice.chance(0.3):
            parts.append(self.write(self.phrase("np")))
        if self.dice.chance(0.1):
            parts.append(self.denial())
        text = self.one_of(_JOINTS[self.language]).join(parts)
        return self.said("say", text) if self.dice.chance(0.35) else text

    def said(self, form: str, text: str) -> str:
        return self.phrase(form, "any").pattern.expand(self.dice, {"x": text})


def _sided(writer: _Writer) -> str:
    """Nose and ear: the side inside the phrase, as a heading or as a tail."""
    if not writer.told:
        return writer.body(False)
    style = writer.dice.roll()
    if style < 0.03:
        return _by_cue(writer)
    if style < 0.06:
        return writer.write(writer.phrase("not"), True)
    if style < 0.3:
        return _headed(writer)
    text = writer.body(style < 0.78)
    if writer.has_side:
        return text
    return f"{text} {writer.write(writer.phrase('tail'), True)}"


def _headed(writer: _Writer) -> str:
    head = writer.write(writer.phrase("head"), True)
    if writer.region == "nose" and writer.dice.chance(0.08):
        body = writer.write(writer.phrase("headed"), True)
    else:
        body = writer.body(writer.dice.chance(0.1))
    return f"{head}{writer.one_of(_AFTER_HEAD[writer.language])}{body}"


def _by_cue(writer: _Writer) -> str:
    """A sentence whose anatomy tells the side; the table has the right one."""
    text = writer.write(writer.phrase("cue"))
    return text if writer.state == "right" else mirror_text(text)


def _cords(writer: _Writer) -> str:
    """Vocal cords: the state as a clause of its own, before or after, or as a tail."""
    style = writer.dice.roll()
    if not writer.told:
        return writer.body(False)
    state = writer.write(writer.phrase(writer.state))
    if style < 0.25:
        return writer.said("say", state) if writer.dice.chance(0.3) else state
    if style < 0.55:
        return f"{state}{writer.one_of(_AFTER_STATE[writer.language])}{writer.body(False)}"
    if style < 0.7:
        return f"{writer.body(False)}{writer.one_of(_JOINTS[writer.language])}{state}"
    return f"{writer.body(False)} {writer.write(writer.phrase('tail' + writer.state))}"


def _throat(writer: _Writer) -> str:
    style = writer.dice.roll()
    if style < 0.25:
        return _headed(writer)
    text = writer.body(False)
    return f"{text} {writer.write(writer.phrase('tail'))}" if style < 0.4 else text


def _plain(writer: _Writer) -> str:
    if writer.sided:
        return _sided(writer)
    return _throat(writer) if writer.region == "throat" else _cords(writer)


def _short(writer: _Writer, text: str) -> str:
    """A word or layman's phrase with side or state added, where it is to be told."""
    if not writer.told or writer.has_side or writer.region == "throat":
        return text
    if not writer.sided:
        if writer.dice.chance(0.5):
            state = writer.write(writer.phrase(writer.state))
            return f"{text}{writer.one_of(_AFTER_STATE[writer.language])}{state}"
        return f"{text} {writer.write(writer.phrase('tail' + writer.state))}"
    side = writer.one_of(_IN_PHRASE[writer.language][writer.state])
    if writer.dice.chance(0.5):
        return f"{side} {text}" if writer.language == "en" else f"{text} {side}"
    return f"{text} {writer.write(writer.phrase('tail'), True)}"


def _word(writer: _Writer) -> str:
    return _short(writer, writer.write(writer.phrase("word")))


def _lay(writer: _Writer) -> str:
    return _short(writer, writer.write(writer.phrase("lay"), True))


def _name(writer: _Writer) -> str:
    """The structure alone, as a heading tells it, or one of the class prompts."""
    if writer.told and writer.dice.chance(0.4):
        return writer.one_of(CLASS_PROMPTS[writer.class_name][writer.language])
    if writer.region == "vocal-cords" or not writer.told:
        return _word(writer)
    return writer.write(writer.phrase("head"), True)


_SIDES: tuple[Side, ...] = ("left", "right", "both")
_SIZES: tuple[Size, ...] = ("small", "medium", "large")
_PLACES: tuple[Place, ...] = ("anterior", "posterior", "superior", "inferior", "central")


def _observation(key: str, paired: bool, dice: Dice) -> Observation:
    side = _SIDES[dice.below(3)] if paired and dice.chance(0.6) else None
    size = _SIZES[dice.below(3)] if dice.chance(0.4) else None
    place = _PLACES[dice.below(5)] if dice.chance(0.3) else None
    return Observation(key, side, size, place)


def _facts(class_name: str, dice: Dice) -> Facts:
    """Facts as a drawn frame might have them."""
    region = region_of(class_name)
    keys = [finding.key for finding in findings_of(region)]
    first, second = keys[dice.below(len(keys))], keys[dice.below(len(keys))]
    if first == "normal":
        return Facts(class_name)
    chosen = [first]
    if second not in ("normal", first) and dice.chance(0.3):
        chosen.append(second)
    paired = region not in _SIDED
    return Facts(class_name, tuple(_observation(key, paired, dice) for key in chosen))


def _captioned(
    class_name: str, language: Language, dice: Dice, rng: np.random.Generator
) -> tuple[str, list[str]]:
    facts = _facts(class_name, dice)
    keys = [item.key for item in facts.observations] or ["normal"]
    return caption(facts, language, rng), keys


def _mixed(text: str, language: Language, dice: Dice) -> str:
    """One term in the other language, as bilingual notes have it."""
    options = lexicon(language)["any", "mix"]
    for _ in range(8):
        old, new = options[dice.below(len(options))].pattern.source.split("=")
        mixed, changed = re.subn(rf"\b{re.escape(old)}\b", new, text, count=1)
        if changed:
            return mixed
    return text


def _compose(writer: _Writer) -> str:
    dice = writer.dice
    style = dice.roll()
    if style < 0.1:
        text = _word(writer)
    elif style < 0.2:
        text = _lay(writer)
    elif style < 0.25:
        text = _name(writer)
    else:
        text = _plain(writer)
    if dice.chance(0.12):
        text = writer.said("ask" if dice.chance(0.55) else "who", text)
    if dice.chance(0.05):
        text = _mixed(text, writer.language, dice)
    text = tidy(_HANGING_SIDE.sub("", text + " ") if writer.language == "vi" else text)
    if dice.chance(0.3) and text[-1] not in ".?!":
        text += "."
    return capitalise(text) if dice.chance(0.7) else text


def _elsewhere(language: Language, dice: Dice) -> Sentence:
    """A sentence about another organ or about no medicine at all."""
    options = lexicon(language)["other", "np"]
    text = tidy(options[dice.below(len(options))].pattern.expand(dice, {}))
    if dice.chance(0.15):
        form = ("say", "ask", "who")[dice.below(3)]
        wrapped = lexicon(language)["any", form]
        text = tidy(wrapped[dice.below(len(wrapped))].pattern.expand(dice, {"x": text}))
    return Sentence(text or "?", None, None, (), CLASSES)


def sentence(rng: np.random.Generator, language: Language) -> Sentence:
    """A random sentence.

    About one in five leaves side or state open, and one in twelve is about something else.

    Args:
        rng: decides on everything.
        language: ``en`` or ``vi``.

    Returns:
        The sentence with its class, region and findings.
    """
    dice = Dice(rng)
    found = (
        _elsewhere(language, dice) if dice.chance(_ELSEWHERE) else _about_ent(language, dice, rng)
    )
    if dice.chance(0.35):
        found = replace(found, text=augment_text(found.text, rng) or found.text)
    return found


def _about_ent(language: Language, dice: Dice, rng: np.random.Generator) -> Sentence:
    class_name = CLASSES[dice.below(len(CLASSES))]
    region = region_of(class_name)
    if dice.chance(0.12):
        told = True
        text, findings = _captioned(class_name, language, dice, rng)
    else:
        told = region == "throat" or dice.chance(_TOLD)
        writer = _Writer(class_name, told, language, dice)
        text, findings = _compose(writer), writer.findings
    classes = (class_name,) if told else tuple(c for c in CLASSES if region_of(c) == region)
    return Sentence(
        text, class_name if told else None, region, tuple(dict.fromkeys(findings)), classes
    )
