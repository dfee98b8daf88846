"""Whether a submission is what the challenge's server takes."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from entdemo.data.entrep.files import TEST_FILES, not_json, read_list
from entdemo.errors import DataError, UserError
from entdemo.evaluation.submission import picture_pool
from entdemo.taxonomy import CLASSES

_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError)
_MAX_BYTES = 50 * 1024 * 1024
_SHOWN = 80


def validate_submission(file: Path, folder: Path, track: int) -> list[UserError]:
    """Everything that is wrong with a submission; empty if nothing is.

    Args:
        file: the zip.
        folder: the ENTRep folder whose list it answers.
        track: 1 to 3.

    Raises:
        UserError: the folder's own list or pictures cannot be read.
    """
    wanted = set(read_list(folder, TEST_FILES[track]))
    allowed: set[str] = set()
    if track == 2:
        allowed = wanted
    elif track == 3:
        allowed = set(picture_pool(folder))
    try:
        answers = _read_answers(file)
    except UserError as error:
        return [error]
    return [*_wrong_keys(answers, wanted), *_wrong_answers(answers, allowed, track)]


def _read_answers(file: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(file) as archive:
            names = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(names) != 1 or not _is_root_json(names[0].filename):
                listed = ", ".join(entry.filename for entry in names)
                raise DataError("submit.content", name=file.name, files=listed or "–")
            if names[0].file_size > _MAX_BYTES:
                raise DataError("submit.too_large", name=file.name)
            pairs = json.loads(archive.read(names[0]), object_pairs_hook=list)
    except FileNotFoundError as error:
        raise DataError("evaluation.no_file", path=file) from error
    except RecursionError as error:
        raise not_json(names[0].filename, error) from error
    except _DAMAGE as error:
        raise DataError("submit.not_zip", name=file.name) from error
    except ValueError as error:
        raise not_json(names[0].filename, error) from error
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
        raise DataError("entrep.shape", name=names[0].filename, expected="{…: …}")
    if len(dict(pairs)) < len(pairs):
        raise DataError("submit.repeated", name=names[0].filename)
    return dict(pairs)


def _is_root_json(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.suffix == ".json" and len(path.parts) == 1


def _wrong_keys(answers: Mapping[str, Any], wanted: set[str]) -> Iterator[UserError]:
    missing, unknown = sorted(wanted - answers.keys()), sorted(answers.keys() - wanted)
    if missing:
        yield DataError("submit.missing", count=len(missing), first=missing[0][:_SHOWN])
    if unknown:
        yield DataError("submit.unknown", count=len(unknown), first=unknown[0][:_SHOWN])


def _wrong_answers(
    answers: Mapping[str, Any], allowed: set[str], track: int
) -> Iterator[UserError]:
    for key, answer in answers.items():
        shown = {"item": key[:_SHOWN], "answer": str(answer)[:_SHOWN]}
        if track == 1:
            if type(answer) is not int or not 0 <= answer < len(CLASSES):
                yield DataError("submit.class", **shown, limit=len(CLASSES) - 1)
        elif not isinstance(answer, str) or answer not in allowed:
            yield DataError("submit.file", **shown)
        elif track == 2 and answer == key:
            yield DataError("submit.itself", item=shown["item"])
