from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entdemo.errors import UserError
from entdemo.taxonomy import CLASSES, mirror_class
from entdemo.ui.quiz import (
    GAPS,
    LEVELS,
    MOST_CASES,
    Answer,
    Item,
    Round,
    advance,
    answer,
    chosen,
    scores,
    start,
)


def items(count: int) -> list[Item]:
    return [
        Item(f"case-{n}", CLASSES[n % 7], "normal" if n % 3 else "", LEVELS[n % 3])
        for n in range(count)
    ]


def wrong(item: Item) -> str:
    return CLASSES[(CLASSES.index(item.class_name) + 1) % 7]


def current(state: Round) -> Item:
    assert state.current is not None
    return state.current


def step(state: Round, right: bool) -> Round:
    item = current(state)
    return advance(answer(state, item.class_name if right else wrong(item)))


def play(state: Round, replies: list[bool]) -> tuple[Round, list[str]]:
    asked = []
    for right in replies:
        if state.current is None:
            break
        asked.append(state.current.case_id)
        state = step(state, right)
    return state, asked


def test_a_missed_case_returns_after_three_others_and_once_more_after_seven() -> None:
    state, asked = play(start(items(40), seed=1), [False] + [True] * 20)
    places = [place for place, case_id in enumerate(asked) if case_id == asked[0]]
    assert places == [0, 1 + GAPS[0], 2 + sum(GAPS)]
    assert not state.waiting


def test_a_case_missed_again_starts_over() -> None:
    _, asked = play(start(items(40), seed=1), [False, True, True, True, False, True, True, True])
    assert [place for place, case_id in enumerate(asked) if case_id == asked[0]] == [0, 4]
    _, asked = play(start(items(40), seed=1), [False, True, True, True, False] + [True] * 20)
    assert [place for place, case_id in enumerate(asked) if case_id == asked[0]] == [0, 4, 8, 16]


def test_the_last_missed_case_returns_at_once_for_want_of_others() -> None:
    state, asked = play(start(items(1), seed=0), [False, True, True])
    assert asked == ["case-0"] * 3
    assert state.current is None


@given(st.integers(1, 30), st.integers(0, 9), st.lists(st.booleans(), max_size=80))
def test_whatever_is_answered_the_round_stays_sound(
    count: int, seed: int, replies: list[bool]
) -> None:
    state, asked = play(start(items(count), seed), replies)
    waiting = [wait.item.case_id for wait in state.waiting]
    fresh = [item.case_id for item in state.fresh]
    assert len(set(waiting)) == len(waiting)
    assert not set(fresh) & set(asked)
    assert len(state.answers) == len(asked)
    assert sum(given.first for given in state.answers) == len(set(asked))
    missed = {given.item.case_id for given in state.answers if given.mistake != "none"}
    assert set(waiting) <= missed
    first, second = asked[:-1], asked[1:]
    alone = count == 1 or not state.fresh
    assert alone or all(a != b for a, b in zip(first, second, strict=True))


@given(st.integers(1, 30), st.integers(0, 9), st.lists(st.booleans(), max_size=30))
def test_right_answers_finish_every_round(count: int, seed: int, replies: list[bool]) -> None:
    state, _ = play(start(items(count), seed), replies)
    state, _ = play(state, [True] * (3 * count + 3 * len(replies) + 1))
    assert state.current is None
    assert {given.item for given in state.answers} == set(items(count))


@given(st.integers(0, 999))
def test_a_seed_fixes_the_order_and_every_case_comes_once(seed: int) -> None:
    first, second = start(items(20), seed), start(items(20), seed)
    assert first == second
    assert Counter([current(first), *first.fresh]) == Counter(items(20))


def test_rare_classes_come_as_often_as_common_ones() -> None:
    common = [Item(f"a{n}", "throat", "", "easy") for n in range(900)]
    rare = [Item(f"b{n}", "ear-left", "", "easy") for n in range(100)]
    state = start(common + rare, seed=3)
    first = [current(state), *state.fresh][:100]
    assert 35 <= sum(item.class_name == "ear-left" for item in first) <= 65
    assert 1 + len(state.fresh) == MOST_CASES


def test_a_second_answer_to_the_same_question_changes_nothing() -> None:
    state = start(items(5), seed=0)
    once = answer(state, current(state).class_name)
    assert answer(once, wrong(current(state))) == once


def test_an_item_left_unanswered_does_not_return() -> None:
    state = start(items(5), seed=0)
    skipped = current(state)
    state, asked = play(advance(state), [True] * 10)
    assert skipped.case_id not in asked
    assert len(asked) == 4


@pytest.mark.parametrize("given_class", ["", "nose", "ear"])
def test_an_answer_must_be_a_class(given_class: str) -> None:
    with pytest.raises(UserError, match="one of the seven"):
        answer(start(items(5), seed=0), given_class)


def test_nothing_can_be_answered_after_the_end() -> None:
    state, _ = play(start(items(2), seed=0), [True, True])
    assert state.current is None
    assert advance(state).current is None
    with pytest.raises(UserError, match="over"):
        answer(state, "throat")


def test_region_and_level_choose_the_cases() -> None:
    found = chosen(items(60), "ear", "hard")
    assert found
    assert {item.class_name for item in found} == {"ear-right", "ear-left"}
    assert {item.level for item in found} == {"hard"}
    assert chosen(items(60)) == items(60)
    with pytest.raises(UserError, match="no such case"):
        chosen(items(2), "throat")


def reply(
    truth: str, said: str, finding: str = "", case_finding: str = "", first: bool = True
) -> Answer:
    return Answer(Item("x", truth, case_finding, "easy"), said, finding, first)


@pytest.mark.parametrize("truth", CLASSES)
@pytest.mark.parametrize("said", CLASSES)
def test_only_the_other_side_is_a_mistake_of_side(truth: str, said: str) -> None:
    expected = "none" if said == truth else "side" if said == mirror_class(truth) else "other"
    assert reply(truth, said).mistake == expected


def test_a_finding_counts_within_its_region_alone() -> None:
    assert reply("ear-left", "ear-right", "redness", "redness").finding_right is True
    assert reply("ear-left", "throat", "redness", "redness").finding_right is False
    assert reply("ear-left", "ear-left", "wax", "redness").finding_right is False
    assert reply("ear-left", "ear-left", "", "redness").finding_right is None
    assert reply("ear-left", "ear-left", "wax", "").finding_right is None


def test_scores_count_first_answers_by_class_and_kind_of_mistake() -> None:
    answers = [
        reply("ear-left", "ear-left"),
        reply("ear-left", "ear-right"),
        reply("ear-left", "throat"),
        reply("ear-left", "ear-left", first=False),
        reply("throat", "throat"),
    ]
    ear, throat = scores(answers)
    assert (ear.class_name, ear.cases, ear.right, ear.side, ear.other) == ("ear-left", 3, 1, 1, 1)
    assert (throat.class_name, throat.cases, throat.right) == ("throat", 1, 1)
    assert scores([]) == []
