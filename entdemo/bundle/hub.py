"""Weights from a folder or the Hugging Face Hub, and back to the Hub.

What comes from the Hub is pinned to a commit, limited to the file names of a bundle, and compared
with the hashes that the Hub and the bundle state before any of it is read into a model.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils._validators import validate_repo_id

from entdemo.bundle.hub_card import model_card
from entdemo.bundle.hub_client import blob_ids, download, to_user_error
from entdemo.bundle.weights import (
    ALLOWED_FILES,
    CARD,
    CURVES,
    INFO,
    Bundle,
    BundleInfo,
    check_files,
    file_errors,
    file_sha256,
    load_bundle,
    read_info,
)
from entdemo.errors import BundleError, HubError, NoAccessError, UserError
from entdemo.settings import DEFAULT_WEIGHTS
from entdemo.storage.atomic import new_folder

_SOURCE = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(@(?P<revision>\w[\w./+-]*))?", re.ASCII)


@dataclass(frozen=True)
class HubSource:
    """A repo ``owner/name`` and a branch, tag or commit of it."""

    repo: str
    revision: str


def parse_source(source: str) -> HubSource | None:
    """Split ``owner/name`` or ``owner/name@revision``; None if it does not look like that."""
    found = _SOURCE.fullmatch(source)
    if found is None or ".." in source:
        return None
    try:
        validate_repo_id(found["repo"])
    except HFValidationError:
        return None
    return HubSource(found["repo"], found["revision"] or "main")


def resolve_weights(source: str, *, progress: bool = False) -> Path:
    """The folder of a bundle: the given one, or a snapshot in the Hub client's cache.

    Args:
        source: a folder, or ``owner/name`` or ``owner/name@revision`` on the Hub.
        progress: show progress bars on stderr while fetching.

    Returns:
        The folder; if it comes from the Hub, its files' hashes have been checked.

    Raises:
        UserError: there is no such folder, or what came from the Hub is missing or wrong.
    """
    folder = Path(source).expanduser()
    if source and folder.is_dir():
        return folder
    hub = None if folder.exists() else parse_source(source)
    if hub is None:
        raise BundleError("weights.missing", name=source)
    with _as_user_errors(source):
        described = _fetch(hub, [INFO], source, progress)
        if not (described / INFO).is_file():
            raise HubError("hub.no_bundle", repo=hub.repo)
        read_info(described)
        snapshot = _fetch(
            HubSource(hub.repo, described.name), sorted(ALLOWED_FILES), source, progress
        )
    check_files(snapshot, read_info(snapshot))
    return snapshot


def resolve_adapter(source: str, *, progress: bool = False) -> Path:
    """The folder of an adapter alone; from the Hub it is pinned and checked likewise.

    Raises:
        UserError: as `resolve_weights`.
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        return folder
    if (hub := parse_source(source)) is None:
        raise BundleError("weights.missing", name=source)
    with _as_user_errors(source):
        return _fetch(hub, sorted(ALLOWED_FILES), source, progress)


@contextmanager
def _as_user_errors(source: str) -> Iterator[None]:
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise to_user_error(error, source) from error


def _fetch(hub: HubSource, files: list[str], source: str, progress: bool) -> Path:
    """Fetch a snapshot; a file with wrong content is dropped from the cache and fetched again."""
    for _ in range(2):
        snapshot = Path(download(hub.repo, hub.revision, files, progress))
        spoiled = _spoiled(snapshot, hub.repo, files)
        if not spoiled:
            return snapshot
        for path in spoiled:
            blob = path.resolve()
            path.unlink()
            blob.unlink(missing_ok=True)
    raise HubError("hub.wrong_content", name=spoiled[0].name, repo=source)


def _spoiled(snapshot: Path, repo: str, files: list[str]) -> list[Path]:
    """Fetched files whose content is not what the Hub lists; its client does not look."""
    listed = blob_ids(repo, snapshot.name)
    return [
        snapshot / name
        for name in sorted(listed.keys() & set(files))
        if (snapshot / name).is_file() and listed[name] not in _git_ids(snapshot / name)
    ]


def _git_ids(path: Path) -> tuple[str, str]:
    """Git's id of a file stored as it is, and of the pointer to it if it is stored as large."""
    size = path.stat().st_size
    pointer = (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{file_sha256(path)}\nsize {size}\n"
    ).encode()
    plain, large = _git_hash(size), _git_hash(len(pointer))
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            plain.update(chunk)
    large.update(pointer)
    return plain.hexdigest(), large.hexdigest()


def _git_hash(size: int) -> hashlib._Hash:
    return hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)


def open_weights(source: str) -> tuple[Bundle, UserError | None]:
    """Load the bundle of ``source``, or the shipped one if the Hub's cannot be had.

    Returns:
        The bundle, and a notice if it is the shipped one instead.

    Raises:
        UserError: ``source`` is a folder that is missing or wrong, or is no name of a repo.
    """
    try:
        return load_bundle(resolve_weights(source)), None
    except UserError as error:
        if Path(source).expanduser().exists() or parse_source(source) is None:
            raise
        notice = HubError("hub.fallback", source=source, reason=error)
    return load_bundle(DEFAULT_WEIGHTS), notice


def verify(folder: Path) -> list[UserError]:
    """Everything that is wrong with a bundle; empty if it loads and gives what was saved."""
    try:
        info = read_info(folder)
        errors = file_errors(folder, info)
        if not errors:
            load_bundle(folder)
    except UserError as error:
        return [error]
    return errors


def pull(source: str, target: Path, *, progress: bool = False) -> BundleInfo:
    """Copy the bundle of ``source`` into the new folder ``target``, which appears whole or not.

    Raises:
        UserError: as `resolve_weights`, or ``target`` holds something else.
    """
    folder = resolve_weights(source, progress=progress)
    info = read_info(folder)
    check_files(folder, info)
    if _holds(target, info):
        return info
    with new_folder(target) as partial:
        _copy_bundle(folder, partial, info)
    return info


def _holds(folder: Path, info: BundleInfo) -> bool:
    try:
        return read_info(folder) == info and not file_errors(folder, info)
    except UserError:
        return False


def _bundle_files(folder: Path, info: BundleInfo) -> list[str]:
    names = {*info.files, INFO, CARD, CURVES}
    return sorted(name for name in names if (folder / name).is_file())


def _copy_bundle(folder: Path, target: Path, info: BundleInfo) -> None:
    for name in _bundle_files(folder, info):
        shutil.copyfile(folder / name, target / name)
    check_files(target, info)


def push(folder: Path, repo: str, *, private: bool = False, message: str = "Upload weights") -> str:
    """Upload a bundle, after verifying it, as one commit on a repo's main branch.

    Args:
        folder: of the bundle; its model card gets the metrics in its metadata on the way.
        repo: ``owner/name``; it is made if it does not exist.
        private: make it private; refused if it exists and is public.
        message: of the commit.

    Returns:
        The commit's address.

    Raises:
        UserError: the bundle is wrong, or the Hub refuses.
    """
    if (hub := parse_source(repo)) is None or hub.repo != repo:
        raise HubError("hub.repo_name", name=repo)
    for error in verify(folder):
        raise error
    info = read_info(folder)
    card = model_card(folder, info)
    try:
        with _as_user_errors(repo):
            return _upload(folder, info, card, repo, private, message)
    except NoAccessError as error:
        raise HubError("hub.no_write", repo=repo) from error


def _upload(
    folder: Path, info: BundleInfo, card: str, repo: str, private: bool, message: str
) -> str:
    api = HfApi(library_name="entdemo")
    api.create_repo(repo, private=private, exist_ok=True)
    present = api.model_info(repo)
    if private and not present.private:
        raise HubError("hub.public", repo=repo)
    names = [name for name in _bundle_files(folder, info) if name != CARD]
    stale = {file.rfilename for file in present.siblings or []} & ALLOWED_FILES - {*names, CARD}
    operations: list[CommitOperationAdd | CommitOperationDelete] = [
        CommitOperationAdd(CARD, card.encode()),
        *(CommitOperationAdd(name, folder / name) for name in names),
        *(CommitOperationDelete(name) for name in sorted(stale)),
    ]
    return str(api.create_commit(repo, operations, commit_message=message).commit_url)
