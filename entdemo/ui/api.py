"""Named endpoints for programs; they answer as the command line does with ``--json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.events import api

from entdemo.errors import QueryError
from entdemo.inference.prediction import prediction_json, search_json
from entdemo.ui.events import AT_ONCE, as_user_error
from entdemo.ui.program_visits import ProgramVisits
from entdemo.ui.traffic import preferred_language
from entdemo.ui.uploads import read_upload

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

MOST_CASES = 50
_QUEUE: dict[str, Any] = {"concurrency_id": "model", "concurrency_limit": AT_ONCE}


def build_api(predictor: Predictor, visits: ProgramVisits) -> None:
    """Add ``/predict`` and ``/search``."""

    def predict(frame: gr.FileData, request: gr.Request, k: int = 12) -> dict[str, Any]:
        """Class of an endoscopy frame and its k most similar teaching cases.

        Args:
            frame: a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF file.
            k: how many cases, 1 to 50.

        Returns:
            verdict (trust, check or refused), reasons (why it is not trust), stated (region and
            class as far as the evidence goes), class, region, probabilities (of all seven classes,
            sum 1), in_distribution (false where the picture does not look like an endoscopy frame),
            likely_findings, neighbours (most similar first; similarity is a cosine) and timings_ms.
        """
        visits.note(request)
        try:
            return prediction_json(
                predictor.predict(read_upload(_path(frame), keep=True), checked(k))
            )
        except Exception as error:
            raise _spoken(error, request) from None

    def search(text: str, request: gr.Request, k: int = 12) -> dict[str, Any]:
        """Class that a description points to and the k teaching cases that fit it best.

        Args:
            text: what is seen, in English or Vietnamese.
            k: how many cases, 1 to 50.

        Returns:
            verdict, reasons, stated, class, region, probabilities, in_distribution and neighbours
            as /predict gives them; the findings that the text names, those it denies, those that no
            case shows; its corrected words.
        """
        visits.note(request)
        try:
            return search_json(predictor.search(str(text), checked(k)))
        except Exception as error:
            raise _spoken(error, request) from None

    api(predict, api_name="predict", **_QUEUE)
    api(search, api_name="search", **_QUEUE)


def _path(frame: object) -> object:
    """Programs send the uploaded file as an object; its path is checked when it is read."""
    return frame.get("path") if isinstance(frame, dict) else getattr(frame, "path", None)


def checked(k: object) -> int:
    """The number of cases asked for.

    Raises:
        UserError: if it is not a whole number from 1 to 50.
    """
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MOST_CASES:
        raise QueryError("api.k", limit=MOST_CASES)
    return k


def _spoken(error: Exception, request: gr.Request) -> gr.Error:
    """The error in the language that the request prefers, English if it says nothing."""
    language = preferred_language(str(request.headers.get("accept-language", "")))
    return gr.Error(as_user_error(error).text(language), print_exception=False)
