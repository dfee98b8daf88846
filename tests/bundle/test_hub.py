"""Weights from the Hub by the unmodified client, against the local Hub."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from huggingface_hub import ModelCard, constants, snapshot_download

from benchmarks.fixtures.bundle import edit_info, make_bundle, restate_hashes
from benchmarks.fixtures.hub_server import Hub, Repo
from entdemo.bundle import hub as hub_module
from entdemo.bundle import hub_client
from entdemo.bundle.hub import open_weights, parse_source, pull, push, resolve_weights, verify
from entdemo.bundle.weights import (
    ALLOWED_FILES,
    BASE,
    HEAD,
    INFO,
    LOG,
    MOST_BYTES,
    file_errors,
    load_bundle,
    read_info,
)
from entdemo.errors import UserError

NAME = "clinic/bundle"
PICKLE = "pytorch_model.bin"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("weights") / "bundle")


@pytest.fixture(scope="module")
def whole_files(bundle: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in bundle.iterdir()}


@pytest.fixture(scope="module")
def files(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """With a base cut short, which nobody notices before the bundle is loaded."""
    light = Path(shutil.copytree(bundle, tmp_path_factory.mktemp("light") / "bundle"))
    (light / BASE).write_bytes((light / BASE).read_bytes()[:100_000])
    restate_hashes(light)
    return {path.name: path.read_bytes() for path in light.iterdir()}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client sleeps before it tries again."""
    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(min(seconds, 0.001)))


def error_of(call: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as caught:
        call()
    sentences = {caught.value.text("en"), caught.value.text("vi")}
    assert len(sentences) == 2
    assert not any(re.search("[{}]|None", sentence) for sentence in sentences)
    return caught.value


def gets(hub: Hub) -> list[str]:
    """Requests for files' content."""
    wanted = ("/resolve/", "/objects/")
    return [r.path for r in hub.requests if r.method == "GET" and any(w in r.path for w in wanted)]


# what a source is


def test_a_folder_is_itself_without_a_request(hub: Hub, bundle: Path) -> None:
    assert resolve_weights(str(bundle)) == bundle
    assert hub.requests == []


@pytest.mark.parametrize(
    ("source", "repo", "revision"),
    [
        ("clinic/bundle", "clinic/bundle", "main"),
        ("clinic/bundle@v1.0", "clinic/bundle", "v1.0"),
        ("clinic/bundle@refs/pr/4", "clinic/bundle", "refs/pr/4"),
    ],
)
def test_repos_are_recognised(source: str, repo: str, revision: str) -> None:
    found = parse_source(source)
    assert found is not None
    assert (found.repo, found.revision) == (repo, revision)


@pytest.mark.parametrize(
    "source",
    [
        *("", "bundle", "/no/such/folder", "./a/b", "a/b/c", "a/b@", "a/b@../../etc", "a/b c"),
        *("-a/b", "https://hub.example/a/b", "a--b/c", "C:\\weights", "a/b@v1@v2", "../x"),
    ],
)
def test_what_is_neither_folder_nor_repo_is_an_error_without_a_request(
    hub: Hub, source: str
) -> None:
    assert error_of(lambda: resolve_weights(source)).key == "weights.missing"
    assert error_of(lambda: open_weights(source)).key == "weights.missing"
    assert hub.requests == []


def test_a_file_is_no_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert error_of(lambda: resolve_weights("a/b")).key == "weights.missing"


# fetching


def test_branch_tag_and_commit_give_the_bundle_they_name(hub: Hub, files: dict[str, bytes]) -> None:
    first = hub.add_repo(NAME, files)
    hub.repos[NAME].tags["v1"] = first
    second = hub.add_repo(NAME, {**files, "README.md": b"# newer\n"})
    assert resolve_weights(NAME).name == second
    assert resolve_weights(f"{NAME}@v1").name == first
    folder = resolve_weights(f"{NAME}@{first}")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files


def test_a_second_time_no_file_is_fetched(hub: Hub, files: dict[str, bytes]) -> None:
    commit = hub.add_repo(NAME, files)
    folder = resolve_weights(NAME)
    assert len(gets(hub)) == len(files)
    hub.requests.clear()
    assert resolve_weights(NAME) == folder
    assert gets(hub) == []
    hub.requests.clear()
    assert resolve_weights(f"{NAME}@{commit}") == folder
    assert hub.requests == []


def test_a_file_is_hashed_when_it_is_fetched_and_not_before(
    hub: Hub, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add_repo(NAME, files)
    resolve_weights(NAME)
    hashed: list[str] = []
    git_ids = hub_module._git_ids
    monkeypatch.setattr(
        hub_module, "_git_ids", lambda path: hashed.append(path.name) or git_ids(path)
    )
    resolve_weights(NAME)
    assert hashed == [INFO, *sorted(files)]


def test_only_files_of_a_bundle_are_asked_for(hub: Hub, files: dict[str, bytes]) -> None:
    extra = {PICKLE: b"\x80\x04.", "model.py": b"1/0", f"deep/{INFO}": b"{}", ".gitattributes": b""}
    hub.add_repo(NAME, {**files, **extra})
    folder = resolve_weights(NAME)
    assert {path.name for path in folder.iterdir()} == set(files)
    asked = [r.path for r in hub.requests if "/resolve/" in r.path]
    assert {path.rsplit("/", 1)[1] for path in asked} <= ALLOWED_FILES
    assert not any("deep" in path for path in asked)


def test_a_private_repo_opens_with_the_token_of_the_environment(
    hub: Hub, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add_repo(NAME, files, private=True)
    error = error_of(lambda: resolve_weights(NAME))
    assert error.key == "hub.no_access"
    assert "HF_TOKEN" in error.text("en")
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    assert error_of(lambda: resolve_weights(NAME)).key == "hub.token"
    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert (resolve_weights(NAME) / INFO).is_file()


def test_progress_is_shown_only_if_asked_for(
    hub: Hub, files: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    hub.add_repo(NAME, files)
    resolve_weights(NAME)
    assert capsys.readouterr() == ("", "")


# without the Hub


def test_offline_mode_uses_the_cache_by_tag_and_commit(
    hub: Hub, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = hub.add_repo(NAME, files)
    hub.repos[NAME].tags["v1"] = commit
    folder = resolve_weights(f"{NAME}@v1")
    hub.requests.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert resolve_weights(f"{NAME}@v1") == folder
    assert resolve_weights(f"{NAME}@{commit}") == folder
    for missing in ("clinic/other", f"{NAME}@v2", f"{NAME}@{'0' * 40}"):
        assert error_of(lambda source=missing: resolve_weights(source)).key == "hub.offline"
    assert hub.requests == []


def test_an_unreachable_hub_is_named_or_the_cache_is_used(
    hub: Hub, files: dict[str, bytes]
) -> None:
    hub.repos[NAME] = Repo(NAME, private=False)
    hub.repos[NAME].tags["v1"] = hub.add_repo(NAME, files)
    folder = resolve_weights(f"{NAME}@v1")
    hub.close()
    hub_client_session_ends()
    assert resolve_weights(f"{NAME}@v1") == folder
    for missing in (f"{NAME}@v2", f"{NAME}@{'0' * 40}", "clinic/other"):
        assert error_of(lambda source=missing: resolve_weights(source)).key == "hub.unreachable"


def hub_client_session_ends() -> None:
    """Drop connections that are still open to the closed Hub."""
    from huggingface_hub.utils._http import close_session

    close_session()


def test_a_cache_that_lacks_a_file_is_not_taken_for_whole(
    hub: Hub, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add_repo(NAME, files)
    (resolve_weights(NAME) / HEAD).unlink()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert error_of(lambda: resolve_weights(NAME)).key == "hub.offline"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    assert (resolve_weights(NAME) / HEAD).is_file()


@pytest.fixture
def black_hole(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setattr(constants, "ENDPOINT", endpoint)
        monkeypatch.setattr(hub_client, "ANSWER_SECONDS", 0.3)
        yield


@pytest.mark.usefixtures("black_hole")
@pytest.mark.parametrize("revision", ["main", "0" * 40])
def test_a_hub_that_never_answers_is_given_up(revision: str) -> None:
    start = time.monotonic()
    assert error_of(lambda: resolve_weights(f"{NAME}@{revision}")).key == "hub.silent"
    assert time.monotonic() - start < 3


def test_a_hub_that_never_answers_does_not_bar_the_cache(
    hub: Hub, files: dict[str, bytes], request: pytest.FixtureRequest
) -> None:
    hub.add_repo(NAME, files)
    folder = resolve_weights(NAME)
    request.getfixturevalue("black_hole")
    assert resolve_weights(NAME) == folder


@pytest.fixture
def unverifiable(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Hub whose certificate nobody signed but itself."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made = ["openssl", "req", "-x509", *kind, "-subj", "/CN=localhost", "-days", "1"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    endpoint = f"https://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("unverifiable")
def test_a_certificate_that_cannot_be_verified_is_named() -> None:
    error = error_of(lambda: resolve_weights(NAME))
    assert error.key == "hub.certificate"
    assert "self-signed" in str(error)


def test_the_longest_wait_before_a_download_is_short() -> None:
    assert hub_client.ANSWER_SECONDS <= 15


# faults


@pytest.mark.parametrize(
    ("fault", "path", "key"),
    [
        ("401", "/api/models/", "hub.no_access"),
        ("403", "/api/models/", "hub.no_access"),
        ("404", "/api/models/", "hub.no_access"),
        ("429", "/api/models/", "hub.rate_limited"),
        ("500", "/api/models/", "hub.server"),
        ("503", "/api/models/", "hub.server"),
        ("403", "/resolve/", "hub.no_access"),
        ("gated", "/api/models/", "hub.gated"),
        ("gated", "/resolve/", "hub.gated"),
        ("disabled", "/api/models/", "hub.disabled"),
        ("disabled", "/resolve/", "hub.disabled"),
        ("429", "/resolve/", "hub.rate_limited"),
        ("500", "/resolve/", "hub.server"),
        ("503", "/objects/", "hub.server"),
        ("429", "/objects/", "hub.rate_limited"),
        ("cut", "/objects/", "hub.cut"),
        ("cut", f"/{INFO}", "hub.cut"),
    ],
)
@pytest.mark.parametrize("by_commit", [False, True])
def test_each_fault_has_its_sentence_and_a_later_try_succeeds(
    hub: Hub, files: dict[str, bytes], fault: str, path: str, key: str, by_commit: bool
) -> None:
    commit = hub.add_repo(NAME, files)
    source = f"{NAME}@{commit}" if by_commit else NAME
    hub.fail_next(fault, path, times=1000)
    assert error_of(lambda: resolve_weights(source)).key == key
    hub._faults.clear()
    assert resolve_weights(source).name == commit


@pytest.mark.parametrize("fault", ["429", "500", "503"])
def test_a_hub_in_trouble_does_not_bar_the_cache(
    hub: Hub, files: dict[str, bytes], fault: str
) -> None:
    hub.add_repo(NAME, files)
    folder = resolve_weights(NAME)
    hub.fail_next(fault, times=1000)
    assert resolve_weights(NAME) == folder


def test_access_that_was_taken_away_is_told_despite_the_cache(
    hub: Hub, files: dict[str, bytes]
) -> None:
    hub.add_repo(NAME, files)
    resolve_weights(NAME)
    hub.repos[NAME].private = True
    assert error_of(lambda: resolve_weights(NAME)).key == "hub.no_access"


def test_missing_repo_and_revision_are_told_apart(hub: Hub, files: dict[str, bytes]) -> None:
    hub.add_repo(NAME, files)
    assert error_of(lambda: resolve_weights("clinic/absent")).key == "hub.no_access"
    for revision in ("v9", "0" * 40):
        error = error_of(lambda name=revision: resolve_weights(f"{NAME}@{name}"))
        assert error.key == "hub.no_revision"


def test_a_repo_without_a_bundle_says_so(hub: Hub) -> None:
    hub.add_repo(NAME, {PICKLE: b"\x80", "README.md": b"# other\n"})
    assert error_of(lambda: resolve_weights(NAME)).key == "hub.no_bundle"
    hub.add_repo("clinic/empty", {})
    assert error_of(lambda: resolve_weights("clinic/empty")).key == "hub.no_bundle"


@pytest.mark.parametrize("name", [BASE, HEAD, "golden.json", "tokenizer.json"])
def test_a_file_that_the_repo_lacks_is_named(hub: Hub, files: dict[str, bytes], name: str) -> None:
    hub.add_repo(NAME, {key: value for key, value in files.items() if key != name})
    error = error_of(lambda: resolve_weights(NAME))
    assert (error.key, error.values["name"]) == ("weights.file_missing", name)


def test_a_disk_that_cannot_be_written_is_named(
    hub: Hub, files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add_repo(NAME, files)
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "file"))
    assert error_of(lambda: resolve_weights(NAME)).key == "hub.storage"


# what is not fetched


def test_a_file_above_its_budget_is_not_fetched(
    hub: Hub, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (INFO, "README.md", BASE):
        repo = f"clinic/large-{name[:3]}"
        hub.add_repo(repo, files)
        with monkeypatch.context() as patch:
            patch.setitem(MOST_BYTES, name, len(files[name]) - 1)
            error = error_of(lambda repo=repo: resolve_weights(repo))
        assert (error.key, error.values["name"]) == ("weights.too_large", name)
    assert gets(hub) == []


def test_weights_that_are_refused_by_their_description_are_not_fetched(
    hub: Hub, files: dict[str, bytes]
) -> None:
    hub.add_repo(NAME, {**files, INFO: files[INFO].replace(b"entclip-lite0-128", b"ViT-bigG-14")})
    assert error_of(lambda: resolve_weights(NAME)).key == "weights.base_refused"
    assert [path.rpartition("/")[2] for path in gets(hub)] == [INFO]


@pytest.fixture
def portal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A network that answers everything with a page of its own."""
    page = getattr(request, "param", b"<html>Sign in</html>")

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(page)

        do_HEAD = do_GET  # noqa: N815 - the name that is looked for

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()


@pytest.mark.parametrize("revision", ["main", "0" * 40])
@pytest.mark.parametrize(
    "portal", [b"<html>Sign in</html>", b'{"login": true}', b"[]"], indirect=True
)
@pytest.mark.usefixtures("portal")
def test_a_page_in_the_place_of_the_hub_is_told_and_the_shipped_weights_open(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, revision: str
) -> None:
    monkeypatch.setattr(hub_module, "DEFAULT_WEIGHTS", bundle)
    opened, notice = open_weights(f"{NAME}@{revision}")
    assert opened.folder == bundle
    assert notice is not None
    assert isinstance(reason := notice.values["reason"], UserError)
    assert reason.key == "hub.no_hub"


def test_a_page_in_the_place_of_the_hub_does_not_bar_the_cache(
    hub: Hub, files: dict[str, bytes], request: pytest.FixtureRequest
) -> None:
    hub.add_repo(NAME, files)
    folder = resolve_weights(NAME)
    request.getfixturevalue("portal")
    assert resolve_weights(NAME) == folder


# wrong content


@pytest.mark.parametrize("name", [BASE, INFO, "README.md", "golden.json"])
def test_wrong_content_is_fetched_once_more_and_then_refused(
    hub: Hub, files: dict[str, bytes], name: str
) -> None:
    hub.add_repo(NAME, files)
    hub.fail_next("corrupt", name)
    folder = resolve_weights(NAME)
    assert (folder / name).read_bytes() == files[name]
    assert sum(name in path for path in gets(hub)) == 2

    hub.add_repo("clinic/other", files)
    hub.fail_next("corrupt", name, times=2)
    error = error_of(lambda: resolve_weights("clinic/other"))
    assert (error.key, error.values["name"]) == ("hub.wrong_content", name)
    assert (resolve_weights("clinic/other") / name).read_bytes() == files[name]


def test_a_file_damaged_in_the_cache_is_fetched_again(hub: Hub, files: dict[str, bytes]) -> None:
    hub.add_repo(NAME, files)
    blob = (resolve_weights(NAME) / HEAD).resolve()
    blob.write_bytes(b"\0" + files[HEAD][1:])
    assert (resolve_weights(NAME) / HEAD).read_bytes() == files[HEAD]


def test_a_repo_at_odds_with_its_own_hashes_is_refused(hub: Hub, files: dict[str, bytes]) -> None:
    hub.add_repo(NAME, {**files, HEAD: files[HEAD][:-1] + b"\7"})
    error = error_of(lambda: resolve_weights(NAME))
    assert (error.key, error.values["name"]) == ("weights.file_changed", HEAD)
    assert len(gets(hub)) == len(files)


# opening


def test_weights_of_the_hub_open(hub: Hub, whole_files: dict[str, bytes], bundle: Path) -> None:
    hub.add_repo(NAME, whole_files)
    opened, notice = open_weights(NAME)
    assert notice is None
    assert opened.info.embedder_id == read_info(bundle).embedder_id


@pytest.mark.parametrize("source", ["clinic/absent", "clinic/absent@v1"])
def test_without_the_hub_the_shipped_weights_open_with_a_notice(
    hub: Hub, bundle: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setattr(hub_module, "DEFAULT_WEIGHTS", bundle)
    opened, notice = open_weights(source)
    assert opened.folder == bundle
    assert notice is not None
    assert notice.key == "hub.fallback"
    assert source in notice.text("en")
    assert "HF_TOKEN" in notice.text("vi")


def test_a_folder_that_is_wrong_is_an_error_and_no_fallback(bundle: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundle, tmp_path / "b"))
    (folder / HEAD).unlink()
    assert error_of(lambda: open_weights(str(folder))).key == "weights.file_missing"


# pulling into a folder


def test_pull_makes_a_folder_that_verifies(
    hub: Hub, whole_files: dict[str, bytes], tmp_path: Path
) -> None:
    hub.add_repo(NAME, whole_files)
    info = pull(NAME, tmp_path / "deep" / "here")
    assert verify(tmp_path / "deep" / "here") == []
    assert read_info(tmp_path / "deep" / "here") == info
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["here"]
    assert not any(path.is_symlink() for path in (tmp_path / "deep" / "here").iterdir())


def test_pull_into_an_empty_folder_or_the_same_weights_is_fine(
    hub: Hub, files: dict[str, bytes], tmp_path: Path
) -> None:
    hub.add_repo(NAME, files)
    (tmp_path / "here").mkdir()
    assert pull(NAME, tmp_path / "here") == pull(NAME, tmp_path / "here")


@pytest.mark.parametrize("content", ["file", "folder", "bundle", "damaged bundle"])
def test_pull_overwrites_nothing(bundle: Path, tmp_path: Path, content: str) -> None:
    target = tmp_path / "here"
    if content == "file":
        target.write_text("mine")
    elif content == "folder":
        target.mkdir()
        (target / "mine.txt").write_text("mine")
    else:
        shutil.copytree(bundle, target)
        edit_info(target, **({"name": "other"} if content == "bundle" else {"name": 3}))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert error_of(lambda: pull(str(bundle), target)).key == "storage.in_use"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_pull_that_fails_leaves_nothing_behind(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("entdemo.storage.atomic.os.fsync", full)
    error = error_of(lambda: pull(str(bundle), tmp_path / "here"))
    assert error.key == "storage.write_failed"
    assert "No space left" in error.text("en")
    assert list(tmp_path.glob("*here*")) == list(tmp_path.glob(".*here*")) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a copy of this process")
def test_a_pull_killed_at_any_moment_leaves_all_or_nothing(bundle: Path, tmp_path: Path) -> None:
    outcomes = set()
    for number in range(16):
        target = tmp_path / str(number) / "here"
        child = os.fork()
        if child == 0:
            try:
                pull(str(bundle), target)
            finally:
                os._exit(0)
        Event().wait(0.01 * number)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        outcomes.add(target.exists())
        if target.exists():
            assert file_errors(target, read_info(target)) == []
        assert pull(str(bundle), target) == read_info(bundle)
    assert False in outcomes


# pushing


@pytest.fixture
def with_token(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", hub.token)


@pytest.mark.usefixtures("with_token")
def test_push_then_pull_gives_the_same_weights(hub: Hub, bundle: Path, tmp_path: Path) -> None:
    url = push(bundle, NAME, private=True, message="First weights")
    assert url == f"{hub.endpoint}/{NAME}/commit/{hub.repos[NAME].head}"
    assert hub.repos[NAME].private
    assert len(hub.repos[NAME].commits) == 2  # the new repo's own, and one for all files
    info = pull(f"{NAME}@{hub.repos[NAME].head}", tmp_path / "here")
    assert info.embedder_id == read_info(bundle).embedder_id
    assert verify(tmp_path / "here") == []


@pytest.mark.usefixtures("with_token")
def test_push_takes_only_files_of_the_bundle_and_drops_stale_ones(
    hub: Hub, bundle: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(bundle, tmp_path / "b"))
    (folder / ".secret").write_text("mine")
    hub.add_repo(NAME, {"curves.png": b"old", "notes.txt": b"theirs", LOG: b"old"})
    push(folder, NAME)
    expected = {path.name for path in bundle.iterdir()}
    assert set(hub.files(NAME)) == {*expected, "notes.txt"}
    assert hub.files(NAME)[LOG] == (bundle / LOG).read_bytes()


@pytest.mark.usefixtures("with_token")
def test_the_pushed_card_states_the_metrics_and_keeps_its_text(hub: Hub, bundle: Path) -> None:
    push(bundle, NAME)
    card = ModelCard(hub.files(NAME)["README.md"].decode())
    data = card.data.to_dict()
    assert data["license"] == "apache-2.0"
    assert data["language"] == ["en", "vi"]
    assert data["library_name"] == "entdemo"
    metrics = data["model-index"][0]["results"][0]["metrics"]
    assert {entry["type"]: entry["value"] for entry in metrics} == {
        "frame_accuracy": 0.1235,
        "caption_accuracy": 0.5,
    }
    assert card.text.strip() == "# Test weights"


@pytest.mark.usefixtures("with_token")
def test_a_bundle_without_a_card_gets_one(hub: Hub, bundle: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundle, tmp_path / "b"))
    (folder / "README.md").unlink()
    push(folder, NAME)
    card = ModelCard(hub.files(NAME)["README.md"].decode())
    assert card.data.to_dict()["model-index"][0]["name"] == "test-weights"
    assert "# test-weights" in card.text


@pytest.mark.usefixtures("with_token")
@pytest.mark.parametrize("header", ["---\na: [\n---\n", "---\n- a\n- b\n---\n"])
def test_a_card_with_a_broken_header_is_not_pushed(
    hub: Hub, bundle: Path, tmp_path: Path, header: str
) -> None:
    folder = Path(shutil.copytree(bundle, tmp_path / "b"))
    (folder / "README.md").write_text(header)
    assert error_of(lambda: push(folder, NAME)).key == "hub.card"
    assert hub.requests == []


@pytest.mark.usefixtures("with_token")
def test_a_wrong_bundle_is_not_pushed(hub: Hub, bundle: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundle, tmp_path / "b"))
    (folder / PICKLE).write_bytes(b"\x80")
    assert error_of(lambda: push(folder, NAME)).key == "weights.file_unknown"
    assert hub.requests == []


@pytest.mark.usefixtures("with_token")
def test_private_weights_do_not_go_into_a_public_repo(hub: Hub, bundle: Path) -> None:
    hub.add_repo(NAME, {})
    assert error_of(lambda: push(bundle, NAME, private=True)).key == "hub.public"
    assert hub.files(NAME) == {}


@pytest.mark.parametrize("name", ["bundle", "clinic/bundle@v1", "/a/b", "a/b/c"])
def test_push_wants_the_name_of_a_repo(hub: Hub, bundle: Path, name: str) -> None:
    assert error_of(lambda: push(bundle, name)).key == "hub.repo_name"
    assert hub.requests == []


def test_push_without_a_token_says_what_is_missing(hub: Hub, bundle: Path) -> None:
    error = error_of(lambda: push(bundle, NAME))
    assert error.key == "hub.no_write"
    assert "HF_TOKEN" in error.text("en")


@pytest.mark.usefixtures("with_token")
@pytest.mark.parametrize(
    ("fault", "key"), [("403", "hub.no_write"), ("429", "hub.rate_limited"), ("500", "hub.server")]
)
def test_a_push_that_the_hub_refuses_leaves_the_repo_as_it_was(
    hub: Hub, bundle: Path, fault: str, key: str
) -> None:
    hub.add_repo(NAME, {"notes.txt": b"theirs"})
    hub.fail_next(fault, "/commit/", times=1000)
    assert error_of(lambda: push(bundle, NAME)).key == key
    assert hub.files(NAME) == {"notes.txt": b"theirs"}


def test_a_snapshot_fetched_by_the_client_itself_serves_too(
    hub: Hub, whole_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add_repo(NAME, {**whole_files, ".gitattributes": b""})
    folder = snapshot_download(NAME)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert load_bundle(resolve_weights(NAME)).folder == Path(folder)
