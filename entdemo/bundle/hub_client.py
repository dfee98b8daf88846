"""The Hub's client with a limit on its patience, and its errors as sentences."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

import httpx2
from huggingface_hub import HfApi, get_cached_repo_tree, snapshot_download
from huggingface_hub.errors import (
    CachedRepoTreeNotFoundError,
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RevisionNotFoundError,
    RevisionResolutionError,
)
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils.tqdm import tqdm

from entdemo.bundle.weights import MOST_BYTES, check_size
from entdemo.errors import HubError, NoAccessError, StorageError, UserError

ANSWER_SECONDS = 12.0
"""How long the Hub may take to say which commit a revision is."""

SILENCE_SECONDS = 60.0
"""How long a download may stand still."""

Answer = TypeVar("Answer")


class SilenceError(Exception):
    """The Hub did not answer in time."""


class NoHubError(Exception):
    """Something else than the Hub answered, such as the sign-in page of a network."""


@contextmanager
def _from_the_hub() -> Iterator[None]:
    """The client takes any answer for the Hub's, and fails in many ways on a page."""
    try:
        yield
    except (HfHubHTTPError, OSError, httpx2.HTTPError):
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoHubError from error


class _Pulse:
    """When the client last showed a sign of life."""

    def __init__(self) -> None:
        self.last = time.monotonic()

    def beat(self) -> None:
        self.last = time.monotonic()


def patiently(call: Callable[[], Answer], seconds: float, pulse: _Pulse | None = None) -> Answer:
    """Call in a thread of its own and stop waiting after ``seconds`` without a sign of life.

    The client has no limit of its own: names are looked up, addresses tried and rate limits waited
    out for minutes.

    Raises:
        SilenceError: too long without an answer; the call is left to itself.
    """
    pulse = pulse or _Pulse()
    future: Future[Answer] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # carried over to the caller
            future.set_exception(error)

    Thread(target=work, daemon=True).start()
    while not future.done():
        left = pulse.last + seconds - time.monotonic()
        if left <= 0:
            raise SilenceError
        wait([future], timeout=left)
    return future.result()


def _bar_class(pulse: _Pulse, visible: bool) -> type[tqdm]:
    class Bar(tqdm):
        """The client's progress bar, on stderr of a terminal, as a sign of life."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            if not visible:
                kwargs["disable"] = True
            super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> Any:
            pulse.beat()
            return super().update(n)

    return Bar


def download(repo: str, revision: str, files: list[str], progress: bool) -> str:
    """Fetch ``files`` of a repo into the client's cache, or find them there.

    Args:
        repo: ``owner/name``.
        revision: branch, tag or commit; pinned to a commit before a file is asked for.
        files: names in the repo's root; no other is fetched. A name the repo lacks is left out.
        progress: show the client's bars.

    Returns:
        The snapshot's folder.

    Raises:
        SilenceError: the Hub did not answer in time.
        Exception: any of the client's.
    """
    pinned, trouble = _pin(repo, revision)
    if trouble is None:
        _check_sizes(repo, pinned)
    pulse = _Pulse()

    def fetch() -> str:
        with _from_the_hub():
            return snapshot_download(
                repo,
                revision=pinned,
                allow_patterns=files,
                local_files_only=trouble is not None,
                library_name="entdemo",
                tqdm_class=_bar_class(pulse, progress),
            )

    try:
        return patiently(fetch, SILENCE_SECONDS, pulse)
    except LocalEntryNotFoundError:
        if trouble is not None:
            raise trouble from trouble.__cause__  # not what the cache lacks
        raise


def _pin(repo: str, revision: str) -> tuple[str, Exception | None]:
    """The commit of a revision, and why only the cache could tell it if so."""
    api = HfApi(library_name="entdemo")

    def ask() -> str:
        with _from_the_hub():
            resolved = api.resolve_revision(repo, revision=revision)
            # A commit id was not asked for. Ask: this call is refused at once, the next with delay.
            if resolved.resolved == revision and _listing(repo, revision) is None:
                api.model_info(repo, revision=revision)
            return resolved

    try:
        return patiently(ask, ANSWER_SECONDS), None
    except _PASSING as error:
        if isinstance(error, HfHubHTTPError) and not _is_passing(error.response.status_code):
            raise
        try:
            return api.resolve_revision(repo, revision=revision, local_files_only=True), error
        except RevisionResolutionError:
            raise error from error.__cause__


_PASSING = (
    SilenceError, NoHubError, OfflineModeIsEnabled, httpx2.TransportError, HfHubHTTPError,
)  # fmt: skip
"""What may be over soon; what was fetched before is used meanwhile."""


def _is_passing(status: int) -> bool:
    return status == 429 or status >= 500


def _check_sizes(repo: str, commit: str) -> None:
    """Compare what the Hub lists with the budgets of a bundle's files."""

    def ask() -> list[RepoFile]:
        with _from_the_hub():
            listed = HfApi(library_name="entdemo").list_repo_tree(repo, revision=commit)
            return [file for file in listed if isinstance(file, RepoFile)]

    listed = _listing(repo, commit)
    for file in patiently(ask, SILENCE_SECONDS) if listed is None else listed:
        if file.path in MOST_BYTES:
            check_size(file.path, max(file.size, file.lfs.size if file.lfs else 0))


def _listing(repo: str, commit: str) -> list[RepoFile] | None:
    """The files of a commit that was fetched before; None if the cache holds no listing of it."""
    try:
        return list(get_cached_repo_tree(repo, revision=commit))
    except CachedRepoTreeNotFoundError:
        return None


def blob_ids(repo: str, commit: str) -> dict[str, str]:
    """Git's id of each file of a fetched commit; empty if the cache holds no listing of it."""
    return {file.path: file.blob_id for file in _listing(repo, commit) or ()}


_KEYS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((RevisionNotFoundError,), "hub.no_revision"),
    ((GatedRepoError,), "hub.gated"),
    ((DisabledRepoError,), "hub.disabled"),
    ((OfflineModeIsEnabled,), "hub.offline"),
    ((LocalTokenNotFoundError,), "hub.no_access"),
    ((SilenceError,), "hub.silent"),
    ((NoHubError,), "hub.no_hub"),
    ((httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.ReadTimeout), "hub.cut"),
    ((httpx2.TransportError,), "hub.unreachable"),
)


_WRONG_TOKEN = "Invalid credentials in Authorization header"
"""How the Hub, and its client, tell a wrong token from one that lacks access."""


def to_user_error(error: Exception, repo: str) -> UserError:
    """The sentence for an error of the client; an error that is none of them is raised again."""
    refused = _certificate_error(error)
    if refused is not None:  # to the client as any trouble with the connection
        return HubError("hub.certificate", repo=repo, reason=refused.verify_message)
    for link in _chain(error):
        found = _sentence(link, repo)
        if found is not None:
            return found
    raise error


def _certificate_error(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """Why a certificate was refused; the client's libraries keep it as context alone."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _sentence(error: BaseException, repo: str) -> UserError | None:
    for kinds, key in _KEYS:
        if isinstance(error, kinds):
            return HubError(key, repo=repo)
    if isinstance(error, HfHubHTTPError):
        if error.response.headers.get("X-Error-Message") == _WRONG_TOKEN:
            return HubError("hub.token")
        return _status_sentence(error.response.status_code, repo)
    if isinstance(error, OSError) and not isinstance(error, LocalEntryNotFoundError):
        return _storage_sentence(error, repo)
    return None  # its cause tells more


def _storage_sentence(error: OSError, repo: str) -> UserError:
    if error.errno is None:  # the client's own: a length other than announced
        return HubError("hub.cut", repo=repo)
    return StorageError("hub.storage", repo=repo, reason=error.strerror)


def _status_sentence(status: int, repo: str) -> UserError:
    if status in (401, 403, 404):
        return NoAccessError("hub.no_access", repo=repo)
    if status == 429:
        return HubError("hub.rate_limited")
    if status >= 500:
        return HubError("hub.server", status=status)
    return HubError("hub.refused", repo=repo, status=status)
