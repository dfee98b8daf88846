"""Everything that is wrong with a gallery."""

from __future__ import annotations

from pathlib import Path

from entdemo.errors import GalleryError, UserError
from entdemo.gallery.graph_file import is_sound
from entdemo.gallery.manifest import FRAMES, read_state
from entdemo.gallery.reading import frame_error, kept_rows, read_vectors


def verify_gallery(path: str | Path) -> list[UserError]:
    """Everything that is wrong with a gallery; every byte is read."""
    folder = Path(path)
    try:
        state = read_state(folder)
        frames = [state.manifest.frames[row] for row, _ in kept_rows(state)]
        vectors = read_vectors(state)
    except UserError as error:
        return [error]
    looked_at = (frame_error(folder, frame, whole=True) for frame in frames)
    problems = [error for error in looked_at if error]
    if state.index is None or not is_sound(state.index.data, vectors):
        problems.append(GalleryError("gallery.index_stale"))
    known = {frame.file for frame in state.manifest.frames}
    for file in sorted((folder / FRAMES).glob("*")):
        if f"{FRAMES}/{file.name}" not in known:
            problems.append(GalleryError("gallery.stray_file", file=file.name))
    return problems
