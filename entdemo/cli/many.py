"""``predict`` of a folder or a ZIP: one table, as text, CSV or JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from entdemo.cli.output import out, print_json, progress_bar, rows, tell_taken
from entdemo.errors import StorageError
from entdemo.inference.spoken import headline
from entdemo.locale import in_language
from entdemo.storage.skipped import Skipped

if TYPE_CHECKING:
    from entdemo.batch import Answered
    from entdemo.image.frame import Frame
    from entdemo.inference.prediction import Prediction


def predict_many(
    path: Path,
    ask: Callable[[Frame], Prediction],
    csv: Path | None,
    page: int | None,
    *,
    by_doubt: bool,
    json: bool,
) -> None:
    """Answer all pictures of a path.

    Args:
        path: a folder, a ZIP, or one picture.
        ask: answers a frame.
        csv: where the table is written; no such file is there yet.
        page: which picture of one file that holds several.
        by_doubt: tell the doubtful ones first, else by name.
        json: print JSON in place of the table.

    Raises:
        UserError: there is no picture or too many, or the CSV cannot be written.
    """
    from entdemo.batch import answers, batch_csv, batch_json, opened
    from entdemo.storage.atomic import write_atomically

    if csv is not None and csv.exists():
        raise StorageError("storage.in_use", path=csv)
    found: list[Answered] = []
    with opened(path, page) as held, progress_bar("Frames") as told:
        for it in answers(held.pictures, ask):
            found.append(it)
            told(len(found), len(held.pictures))
    if by_doubt:
        found.sort(key=lambda it: -it.doubt)
    if csv is not None:
        write_atomically(csv, batch_csv(found))
    if json:
        print_json(batch_json(found, held.left_out))
    else:
        columns = ["file", "verdict", "answer", "doubt", "nearest case"]
        out.print(rows("Frames", columns, [_line(it) for it in found]))
        out.print("For teaching, not for diagnosis.", style="dim")
    unreadable = [Skipped(it.name, it.note) for it in found if it.prediction is None and it.note]
    tell_taken(len(found) - len(unreadable), [*held.left_out, *unreadable])


def _line(it: Answered) -> list[str]:
    if it.prediction is None:
        return [it.name, "unreadable", "", "", str(it.note)]
    judged = it.prediction.judgement
    near = () if judged.grade == "refused" else it.prediction.neighbours[:1]
    case = "".join(
        f"{in_language(one.caption_en, one.caption_vi, 'en') or one.class_name} "
        f"({one.similarity:.3f})"
        for one in near
    )
    said = headline(judged, "frame", "en")
    return [it.name, judged.grade, said, f"{it.doubt:.2f}", case]
