from __future__ import annotations

import logging
from typing import Any

import gradio as gr
import pytest

from entdemo.errors import UserError
from entdemo.ui.events import Data, as_user_error, listener


def fire(handler: Any, data: Any, outputs: int = 2) -> list[Any]:
    return listener(handler, outputs)(gr.EventData(None, data))


def test_a_good_answer_clears_the_message() -> None:
    assert fire(lambda data: (data["a"], "b"), {"a": "x"}) == ["x", "b", ""]


def test_an_error_leaves_the_page_and_adds_one_sentence() -> None:
    def handler(data: Data) -> tuple[str, str]:
        raise UserError("text.empty")

    first, second, message = fire(handler, {})
    assert first == second == gr.skip()
    assert "Please type a description" in message
    assert "Vui lòng nhập mô tả" in message


@pytest.mark.parametrize("data", [None, "text", ["a"]])
def test_data_of_a_wrong_shape_counts_as_none(data: Any) -> None:
    assert fire(lambda given: (str(dict(given)), ""), data)[0] == "{}"


def test_an_unexpected_error_is_logged_without_what_the_visitor_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def handler(data: Data) -> tuple[str, str]:
        raise RuntimeError(f"cannot read {data['text']}")

    with caplog.at_level(logging.ERROR, logger="entdemo.ui"):
        message = fire(handler, {"text": "secret of a patient"})[-1]
    assert "Something went wrong" in message
    assert "RuntimeError in" in caplog.text
    assert "handler:" in caplog.text
    assert "secret" not in caplog.text


def test_a_users_error_stays_itself() -> None:
    error = UserError("text.empty")
    assert as_user_error(error) is error
