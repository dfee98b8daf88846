from __future__ import annotations

import logging
import logging.config
from collections.abc import Iterator

import pytest
from uvicorn.config import LOGGING_CONFIG

from entdemo.ui.logs import DiscreetFormatter, error_places, set_up_logs


@pytest.fixture
def untouched_logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    formatters = dict(LOGGING_CONFIG["formatters"])
    yield
    root.handlers[:], root.level = handlers, level
    LOGGING_CONFIG["formatters"].update(formatters)
    logging.getLogger("entdemo").setLevel(logging.NOTSET)


def failure() -> Exception:
    try:
        raise FileNotFoundError("/home/me/Nguyen Van A.jpg")
    except FileNotFoundError as error:
        return error


def test_an_error_is_named_with_its_places_but_not_quoted() -> None:
    text = error_places(failure())
    assert text.startswith("FileNotFoundError in failure:")
    assert "Nguyen" not in text


def test_a_record_with_an_error_is_written_without_its_message() -> None:
    error = failure()
    info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("other", logging.ERROR, __file__, 1, "It broke", (), info)
    text = DiscreetFormatter().format(record)
    assert "It broke" in text
    assert "FileNotFoundError" in text
    assert "Nguyen" not in text


@pytest.mark.usefixtures("untouched_logs")
def test_the_app_speaks_and_others_only_warn(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs()
    logging.getLogger("entdemo.ui").info("upload 200 3 ms")
    logging.getLogger("httpx").info("GET /cases/Nguyen")
    logging.getLogger("httpx").warning("slow")
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[2] for line in lines] == ["upload 200 3 ms", "slow"]


@pytest.mark.usefixtures("untouched_logs")
def test_the_server_writes_no_messages_of_errors_either(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logs()
    logging.config.dictConfig(LOGGING_CONFIG)
    try:
        raise failure()
    except FileNotFoundError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    written = capsys.readouterr().err
    assert "Exception in ASGI application" in written
    assert "Nguyen" not in written
