"""The local Hub against the unmodified client: what goes right, and what a fault looks like."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx2
import pytest
from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from benchmarks.fixtures.hub_server import Hub

NAME = "clinic/bundle"
WEIGHTS = bytes(range(256)) * 64
FILES = {
    "entdemo.json": b'{"format": 1}',
    "adapter_model.safetensors": WEIGHTS,
    "README.md": b"---\nlicense: apache-2.0\n---\n# Bundle\n",
    "deep/er/notes.txt": "dây thanh".encode(),
}


def content_of(folder: str | Path) -> dict[str, bytes]:
    root = Path(folder)
    paths = (path for path in root.rglob("*") if path.is_file() and ".cache" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def api_of(hub: Hub) -> HfApi:
    return HfApi(endpoint=hub.endpoint, token=hub.token)


def test_snapshot_download_gives_every_file(hub: Hub, outside_connections: list[object]) -> None:
    hub.add_repo(NAME, FILES)
    assert content_of(snapshot_download(NAME)) == FILES
    assert outside_connections == []


def test_snapshot_download_into_a_folder_by_explicit_endpoint(hub: Hub, tmp_path: Path) -> None:
    hub.add_repo(NAME, FILES)
    folder = snapshot_download(NAME, endpoint=hub.endpoint, local_dir=tmp_path / "here")
    assert content_of(folder) == FILES


def test_a_second_snapshot_comes_from_the_cache(hub: Hub) -> None:
    hub.add_repo(NAME, FILES)
    first = snapshot_download(NAME)
    hub.close()
    assert snapshot_download(NAME) == first


def test_an_older_commit_stays_reachable(hub: Hub) -> None:
    old = hub.add_repo(NAME, {"entdemo.json": b"old"})
    new = hub.add_repo(NAME, {"entdemo.json": b"new"})
    assert old != new
    assert Path(hf_hub_download(NAME, "entdemo.json", revision=old)).read_bytes() == b"old"
    assert Path(hf_hub_download(NAME, "entdemo.json")).read_bytes() == b"new"


def test_large_files_come_from_the_store_which_never_sees_the_token(hub: Hub) -> None:
    hub.add_repo(NAME, FILES, private=True)
    hf_hub_download(NAME, "adapter_model.safetensors", token=hub.token)
    head, get = [r for r in hub.requests if "adapter_model.safetensors" in r.path]
    assert (head.method, head.token) == ("HEAD", hub.token)
    assert get.path.startswith("/objects/")
    assert (get.method, get.token) == ("GET", None)


def test_a_private_repo_opens_with_a_token_only(hub: Hub) -> None:
    hub.add_repo(NAME, FILES, private=True)
    with pytest.raises(RepositoryNotFoundError) as caught:
        snapshot_download(NAME)
    assert caught.value.response.status_code == 401
    assert content_of(snapshot_download(NAME, token=hub.token)) == FILES


def test_a_wrong_token_is_called_invalid(hub: Hub) -> None:
    hub.add_repo(NAME, FILES)
    with pytest.raises(HfHubHTTPError, match="Invalid credentials"):
        snapshot_download(NAME, token="hf_wrong")


def test_missing_repo_revision_and_file_are_told_apart(hub: Hub) -> None:
    hub.add_repo(NAME, FILES)
    with pytest.raises(RepositoryNotFoundError):
        snapshot_download("clinic/absent", token=hub.token)
    with pytest.raises(RevisionNotFoundError):
        snapshot_download(NAME, revision="v9")
    with pytest.raises(RemoteEntryNotFoundError):
        hf_hub_download(NAME, "absent.json")


@pytest.mark.parametrize("status", ["403", "429", "500", "503"])
def test_an_error_status_without_a_cache_says_which(hub: Hub, status: str) -> None:
    hub.add_repo(NAME, FILES)
    hub.fail_next(status, "/api/models/")
    with pytest.raises(LocalEntryNotFoundError) as caught:
        snapshot_download(NAME)
    cause = caught.value.__cause__
    assert isinstance(cause, HfHubHTTPError)
    assert cause.response.status_code == int(status)
    assert content_of(snapshot_download(NAME)) == FILES  # the fault struck once


@pytest.mark.parametrize("status", ["401", "404"])
def test_a_refused_repo_is_reported_as_not_found(hub: Hub, status: str) -> None:
    hub.add_repo(NAME, FILES)
    hub.fail_next(status, "/revision/main")
    with pytest.raises(RepositoryNotFoundError):
        snapshot_download(NAME)


def test_the_client_waits_out_a_rate_limit_on_a_file(hub: Hub) -> None:
    hub.add_repo(NAME, FILES)
    hub.fail_next("429", "/objects/")
    assert content_of(snapshot_download(NAME)) == FILES
    assert sum("/objects/" in request.path for request in hub.requests) == 2


@pytest.mark.parametrize("name", ["entdemo.json", "adapter_model.safetensors"])
def test_a_cut_connection_is_retried_to_the_right_content(hub: Hub, name: str) -> None:
    hub.add_repo(NAME, FILES)
    hub.fail_next("cut", name)
    assert Path(hf_hub_download(NAME, name)).read_bytes() == FILES[name]
    gets = [r for r in hub.requests if r.method == "GET" and name in r.path]
    assert len(gets) == 2


def test_a_connection_cut_for_good_leaves_no_file(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hub.add_repo(NAME, FILES)
    hub.fail_next("cut", "entdemo.json", times=100)
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda seconds: None)
    with pytest.raises(httpx2.RemoteProtocolError):
        hf_hub_download(NAME, "entdemo.json", cache_dir=tmp_path / "c")
    assert [path for path in (tmp_path / "c").rglob("entdemo.json") if path.is_file()] == []


def test_the_client_does_not_notice_wrong_content_so_the_caller_must(hub: Hub) -> None:
    hub.add_repo(NAME, FILES)
    hub.fail_next("corrupt", "adapter_model.safetensors")
    content = Path(hf_hub_download(NAME, "adapter_model.safetensors")).read_bytes()
    assert content != WEIGHTS
    assert len(content) == len(WEIGHTS)


def test_an_unreachable_hub_is_a_connection_error(hub: Hub) -> None:
    hub.close()
    with pytest.raises(LocalEntryNotFoundError) as caught:
        snapshot_download(NAME)
    assert isinstance(caught.value.__cause__, httpx2.ConnectError)


def test_upload_folder_and_download_give_the_same_files(
    hub: Hub, tmp_path: Path, outside_connections: list[object]
) -> None:
    api = api_of(hub)
    assert api.create_repo(NAME, private=True, exist_ok=True).repo_id == NAME
    api.create_repo(NAME, exist_ok=True)
    info = api.upload_folder(repo_id=NAME, folder_path=write(tmp_path / "out", FILES))
    assert info.oid == hub.repos[NAME].head
    assert hub.files(NAME) == FILES
    assert content_of(snapshot_download(NAME, token=hub.token)) == FILES
    assert outside_connections == []


def test_an_upload_without_changes_makes_no_commit(hub: Hub, tmp_path: Path) -> None:
    head = hub.add_repo(NAME, FILES)
    folder = write(tmp_path / "out", FILES)
    assert api_of(hub).upload_folder(repo_id=NAME, folder_path=folder).oid == head
    assert len(hub.repos[NAME].commits) == 1


def test_files_and_folders_can_be_deleted(hub: Hub) -> None:
    hub.add_repo(NAME, FILES)
    api_of(hub).delete_file("entdemo.json", NAME)
    api_of(hub).delete_folder("deep", NAME)
    assert sorted(hub.files(NAME)) == ["README.md", "adapter_model.safetensors"]


def test_uploads_need_a_token(hub: Hub, tmp_path: Path) -> None:
    hub.add_repo(NAME, FILES)
    folder = write(tmp_path / "out", {"a.txt": b"a"})
    with pytest.raises(HfHubHTTPError) as caught:
        HfApi(endpoint=hub.endpoint).upload_folder(repo_id=NAME, folder_path=folder)
    assert caught.value.response.status_code == 401
    assert hub.files(NAME) == FILES


def test_a_commit_on_an_outdated_parent_is_refused(hub: Hub, tmp_path: Path) -> None:
    old = hub.add_repo(NAME, {"a.txt": b"1"})
    hub.add_repo(NAME, {"a.txt": b"2"})
    folder = write(tmp_path / "out", {"a.txt": b"3"})
    with pytest.raises(HfHubHTTPError) as caught:
        api_of(hub).upload_folder(repo_id=NAME, folder_path=folder, parent_commit=old)
    assert caught.value.response.status_code == 412


def test_a_card_without_metadata_draws_a_warning(hub: Hub, tmp_path: Path) -> None:
    hub.add_repo(NAME, {})
    folder = write(tmp_path / "out", {"README.md": b"# No header\n"})
    with pytest.warns(UserWarning, match="missing yaml metadata"):
        api_of(hub).upload_folder(repo_id=NAME, folder_path=folder)


def test_a_failed_commit_leaves_the_repo_as_it_was(hub: Hub, tmp_path: Path) -> None:
    hub.add_repo(NAME, FILES)
    hub.fail_next("500", "/commit/")
    folder = write(tmp_path / "out", {"entdemo.json": b"{}"})
    with pytest.raises(HfHubHTTPError):
        api_of(hub).upload_folder(repo_id=NAME, folder_path=folder)
    assert hub.files(NAME) == FILES


def test_an_unknown_fault_is_refused(hub: Hub) -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        hub.fail_next("418")


def test_the_guard_refuses_other_computers(outside_connections: list[object]) -> None:
    with pytest.raises(httpx2.ConnectError):
        httpx2.get("http://192.0.2.1/", trust_env=False)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get("http://hub.example/", trust_env=False)
    with pytest.raises(ConnectionRefusedError), socket.socket() as probe:
        probe.connect(("192.0.2.1", 80))
    assert outside_connections == ["192.0.2.1", "hub.example", ("192.0.2.1", 80)]
