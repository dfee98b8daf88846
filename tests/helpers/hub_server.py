"""A Hugging Face Hub on the loopback interface, for tests with the unmodified client.

It speaks the part of the Hub's protocol that downloading and uploading model repositories needs:
repository info and tree, ``resolve`` with a redirect to a separate store for large (LFS) files,
``preupload``, the LFS batch endpoint and ``commit``. Xet is not offered, as on servers without it.
Faults can be ordered in advance, so that a test can see what a user sees when the Hub misbehaves.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import yaml

LFS_SUFFIXES = (".safetensors", ".bin")
FAULTS = ("401", "403", "404", "429", "500", "503", "cut", "corrupt")
BODY_FAULTS = ("cut", "corrupt")


@dataclass(frozen=True)
class StoredFile:
    """A committed file; ``lfs`` files are served by the store, the others by the Hub itself."""

    content: bytes
    lfs: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def git_oid(self) -> str:
        """The git blob id: of the content, or of the pointer that stands for an LFS file."""
        data = self.pointer if self.lfs else self.content
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()

    @property
    def pointer(self) -> bytes:
        text = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"
        return text.format(self.sha256, len(self.content)).encode()

    @property
    def etag(self) -> str:
        return self.sha256 if self.lfs else self.git_oid


@dataclass
class Repo:
    """A repository with one branch, ``main``; ``commits`` maps each commit id to its files."""

    name: str
    private: bool
    head: str = ""
    commits: dict[str, dict[str, StoredFile]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def commit(self, files: dict[str, StoredFile]) -> str:
        """Make ``files`` the content of ``main`` and return the new commit's id (40 hex digits)."""
        listing = sorted((path, file.etag) for path, file in files.items())
        text = repr((self.name, len(self.commits), self.head, listing))
        self.head = hashlib.sha1(text.encode()).hexdigest()
        self.commits[self.head] = files
        return self.head

    def resolve(self, revision: str) -> str:
        """The commit id of ``main``, a tag or a commit id; raises `Refusal` for anything else."""
        commit = self.head if revision == "main" else self.tags.get(revision, revision)
        if commit not in self.commits:
            raise Refusal(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return commit


@dataclass(frozen=True)
class Request:
    """A request as the server saw it; ``path`` is unquoted and keeps its query."""

    method: str
    path: str
    token: str | None
    body: bytes = b""
    byte_range: str | None = None

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Refusal(Exception):  # noqa: N818 - it becomes a reply, not an error of the server
    """A request that the Hub turns down, with the headers by which its client tells the cause."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.headers = {"X-Error-Message": message, **headers}
        if code:
            self.headers["X-Error-Code"] = code
        self.status = status

    def reply(self) -> Reply:
        message = json_reply(self.status, {"error": str(self)})
        return Reply(self.status, {**message.headers, **self.headers}, message.body)


def json_reply(status: int, value: object) -> Reply:
    return Reply(status, {"Content-Type": "application/json"}, json.dumps(value).encode())


def fault_reply(kind: str) -> Reply:
    """The Hub's own wording of an ordered error status."""
    refusals = {
        "401": Refusal(401, "RepoNotFound", "Invalid username or password."),
        "403": Refusal(403, "", "Forbidden: you don't have the required permissions"),
        "404": Refusal(404, "RepoNotFound", "Repository not found"),
        "429": Refusal(429, "", "Too many requests", **{"Retry-After": "0"}),
        "500": Refusal(500, "", "Internal Error"),
        "503": Refusal(503, "", "Service Unavailable"),
    }
    return refusals[kind].reply()


def content_reply(content: bytes, byte_range: str | None, headers: dict[str, str]) -> Reply:
    """The content, or what a ``bytes=N-`` range asks of it."""
    headers = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", **headers}
    found = re.fullmatch(r"bytes=(\d+)-", byte_range or "")
    if not found:
        return Reply(200, headers, content)
    start, size = int(found.group(1)), len(content)
    headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
    return Reply(206, headers, content[start:])


@dataclass
class Fault:
    kind: str
    path_contains: str
    times: int

    def strikes(self, request: Request) -> bool:
        if self.path_contains not in request.path:
            return False
        return self.kind not in BODY_FAULTS or request.method == "GET"


class Hub:
    """The server with its repositories; ``endpoint`` is its address while it runs."""

    token = "hf_test_token"
    user = "tester"

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.objects: dict[str, bytes] = {}
        self.requests: list[Request] = []
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._servers = [self._serve(), self._serve()]
        self.endpoint, self.store = (self._address(server) for server in self._servers)

    def _serve(self) -> ThreadingHTTPServer:
        handler = type("BoundHandler", (Handler,), {"hub": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return server

    @staticmethod
    def _address(server: ThreadingHTTPServer) -> str:
        return f"http://127.0.0.1:{server.server_address[1]}"

    def close(self) -> None:
        """Stop answering; afterwards connections are refused, as when the Hub is unreachable."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers = []

    def add_repo(self, name: str, files: dict[str, bytes], private: bool = False) -> str:
        """Add a repository, or a commit that replaces its content; returns the commit's id."""
        with self._lock:
            repo = self.repos.setdefault(name, Repo(name, private))
            stored = {
                path: StoredFile(content, path.endswith(LFS_SUFFIXES))
                for path, content in files.items()
            }
            self.objects.update((file.sha256, file.content) for file in stored.values() if file.lfs)
            return repo.commit(stored)

    def files(self, name: str) -> dict[str, bytes]:
        """The content of ``main``."""
        repo = self.repos[name]
        return {path: file.content for path, file in repo.commits[repo.head].items()}

    def fail_next(self, kind: str, path_contains: str = "", times: int = 1) -> None:
        """Make the next ``times`` requests whose path contains a text fail.

        ``kind`` is a status of `FAULTS`; ``cut``, which closes the connection in mid-body; or
        ``corrupt``, which sends a body of the right length with a wrong byte. The last two wait
        for a GET. The path of a large file's object carries its file name as a query.
        """
        if kind not in FAULTS:
            raise ValueError(f"unknown fault {kind!r}, not one of {FAULTS}")
        self._faults.append(Fault(kind, path_contains, times))

    def answer(self, request: Request) -> tuple[Reply, str | None]:
        """The reply to a request, and the fault that its body shall suffer."""
        with self._lock:
            self.requests.append(request)
            kind = self._take_fault(request)
            if kind is not None and kind not in BODY_FAULTS:
                return fault_reply(kind), None
            try:
                return self._route(request), kind
            except Refusal as refusal:
                return refusal.reply(), kind

    def _take_fault(self, request: Request) -> str | None:
        for fault in self._faults:
            if fault.strikes(request):
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
                return fault.kind
        return None

    def _route(self, request: Request) -> Reply:
        if request.token not in (None, self.token):
            raise Refusal(401, "", "Invalid credentials in Authorization header")
        path = urlsplit(request.path).path
        for methods, pattern, respond in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and request.method in methods:
                return respond(self, request, **found.groupdict())
        raise Refusal(404, "", f"No such endpoint: {path}")

    def readable(self, request: Request, name: str) -> Repo:
        """The repository; a private one looks missing to a client without a token."""
        repo = self.repos.get(name)
        if repo is not None and (request.token or not repo.private):
            return repo
        if request.token:
            raise Refusal(404, "RepoNotFound", "Repository not found")
        raise Refusal(401, "RepoNotFound", "Invalid username or password.")

    def writable(self, request: Request, name: str) -> Repo:
        if not request.token:
            raise Refusal(401, "", "Invalid username or password.")
        return self.readable(request, name)


def repo_info(hub: Hub, request: Request, repo: str, revision: str = "main") -> Reply:
    found = hub.readable(request, repo)
    commit = found.resolve(revision)
    siblings = [{"rfilename": path} for path in sorted(found.commits[commit])]
    info = {"id": repo, "sha": commit, "private": found.private, "siblings": siblings, "tags": []}
    return json_reply(200, info)


def tree_entry(path: str, file: StoredFile) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "path": path, "size": len(file.content)}
    entry["oid"] = file.git_oid
    if file.lfs:
        entry["lfs"] = {
            "oid": file.sha256,
            "size": len(file.content),
            "pointerSize": len(file.pointer),
        }
    return entry


def repo_tree(hub: Hub, request: Request, repo: str, revision: str) -> Reply:
    found = hub.readable(request, repo)
    files = found.commits[found.resolve(revision)]
    return json_reply(200, [tree_entry(path, files[path]) for path in sorted(files)])


def resolve_file(hub: Hub, request: Request, repo: str, revision: str, path: str) -> Reply:
    found = hub.readable(request, repo)
    commit = found.resolve(revision)
    file = found.commits[commit].get(path)
    if file is None:
        raise Refusal(404, "EntryNotFound", "Entry not found", **{"X-Repo-Commit": commit})
    headers = {"X-Repo-Commit": commit, "ETag": f'"{file.etag}"'}
    if not file.lfs:
        return content_reply(file.content, request.byte_range, headers)
    headers["X-Linked-ETag"] = f'"{file.sha256}"'
    headers["X-Linked-Size"] = str(len(file.content))
    headers["Location"] = f"{hub.store}/objects/{file.sha256}?filename={quote(path)}"
    return Reply(302, headers)


def get_object(hub: Hub, request: Request, oid: str) -> Reply:
    if oid not in hub.objects:
        raise Refusal(404, "", "NoSuchKey")
    return content_reply(hub.objects[oid], request.byte_range, {"ETag": f'"{oid}"'})


def put_object(hub: Hub, request: Request, oid: str) -> Reply:
    if hashlib.sha256(request.body).hexdigest() != oid:
        raise Refusal(400, "", "XAmzContentSHA256Mismatch")
    hub.objects[oid] = request.body
    return Reply(200)


def create_repo(hub: Hub, request: Request) -> Reply:
    if not request.token:
        raise Refusal(401, "", "Invalid username or password.")
    wish = request.json()
    name = f"{wish['organization'] or hub.user}/{wish['name']}"
    url = f"{hub.endpoint}/{name}"
    if name in hub.repos:
        error = "You already created this model repo"
        return json_reply(409, {"error": error, "url": url})
    hub.repos[name] = Repo(name, wish.get("visibility") == "private")
    hub.repos[name].commit({})
    return json_reply(200, {"url": url, "name": name})


def validate_card(hub: Hub, request: Request) -> Reply:
    """Check a model card's YAML header, as the Hub does before it takes a README.md."""
    found = re.match(r"---\n(.*?)\n---(?:\n|$)", request.json()["content"], re.DOTALL)
    if found is None:
        warning = {"message": "empty or missing yaml metadata in repo card"}
        return json_reply(200, {"errors": [], "warnings": [warning]})
    try:
        yaml.safe_load(found.group(1))
    except yaml.YAMLError as error:
        return json_reply(400, {"errors": [{"message": str(error)}], "warnings": []})
    return json_reply(200, {"errors": [], "warnings": []})


def preupload(hub: Hub, request: Request, repo: str, revision: str) -> Reply:
    found = hub.writable(request, repo)
    present = found.commits[found.resolve(revision)]
    files = []
    for path in (file["path"] for file in request.json()["files"]):
        entry = {"path": path, "shouldIgnore": False}
        entry["uploadMode"] = "lfs" if path.endswith(LFS_SUFFIXES) else "regular"
        entry["oid"] = present[path].etag if path in present else None
        files.append(entry)
    return json_reply(200, {"files": files})


def lfs_batch(hub: Hub, request: Request, repo: str) -> Reply:
    hub.writable(request, repo)
    objects = []
    for wish in request.json()["objects"]:
        entry = {"oid": wish["oid"], "size": wish["size"]}
        if wish["oid"] not in hub.objects:
            verify = f"{hub.endpoint}/{repo}.git/info/lfs/objects/verify"
            upload = {"href": f"{hub.store}/objects/{wish['oid']}"}
            entry["actions"] = {"upload": upload, "verify": {"href": verify}}
        objects.append(entry)
    return json_reply(200, {"transfer": "basic", "objects": objects})


def lfs_verify(hub: Hub, request: Request, repo: str) -> Reply:
    hub.writable(request, repo)
    wish = request.json()
    if len(hub.objects.get(wish["oid"], b"")) != wish["size"]:
        raise Refusal(404, "", "Object does not exist")
    return json_reply(200, {})


def apply_operation(hub: Hub, files: dict[str, StoredFile], key: str, value: Any) -> None:
    """Carry out one line of a commit's body on the files of its parent."""
    path = value.get("path", "")
    if key == "file":
        files[path] = StoredFile(base64.b64decode(value["content"]), lfs=False)
    elif key == "lfsFile":
        if value["oid"] not in hub.objects:
            raise Refusal(400, "", f"LFS pointer pointed to a file that does not exist: {path}")
        files[path] = StoredFile(hub.objects[value["oid"]], lfs=True)
    elif key == "deletedFile":
        if files.pop(path, None) is None:
            raise Refusal(404, "EntryNotFound", "A file with this name doesn't exist")
    elif key == "deletedFolder":
        for inside in [name for name in files if name.startswith(path.rstrip("/") + "/")]:
            del files[inside]
    else:
        raise Refusal(400, "", f"Unknown operation: {key}")


def commit(hub: Hub, request: Request, repo: str, revision: str) -> Reply:
    found = hub.writable(request, repo)
    header, *operations = [json.loads(line) for line in request.body.splitlines()]
    if found.resolve(revision) != found.head:
        raise Refusal(404, "RevisionNotFound", f"Not a branch: {revision}")
    if header["value"].get("parentCommit", found.head) != found.head:
        raise Refusal(412, "", "A commit has happened since. Please refresh and try again.")
    files = dict(found.commits[found.head])
    for operation in operations:
        apply_operation(hub, files, operation["key"], operation["value"])
    oid = found.commit(files)
    url = f"{hub.endpoint}/{repo}/commit/{oid}"
    return json_reply(200, {"success": True, "commitOid": oid, "commitUrl": url})


REPO = r"(?P<repo>[\w.-]+/[\w.-]+?)"
REVISION = r"(?P<revision>[^/]+)"
OBJECT = r"/objects/(?P<oid>[0-9a-f]{64})"
ROUTES: list[tuple[tuple[str, ...], str, Callable[..., Reply]]] = [
    (("GET",), f"/api/models/{REPO}", repo_info),
    (("GET",), f"/api/models/{REPO}/revision/{REVISION}", repo_info),
    (("GET",), f"/api/models/{REPO}/tree/{REVISION}", repo_tree),
    (("GET", "HEAD"), f"/{REPO}/resolve/{REVISION}/(?P<path>.+)", resolve_file),
    (("GET",), OBJECT, get_object),
    (("PUT",), OBJECT, put_object),
    (("POST",), "/api/repos/create", create_repo),
    (("POST",), "/api/validate-yaml", validate_card),
    (("POST",), f"/api/models/{REPO}/preupload/{REVISION}", preupload),
    (("POST",), rf"/{REPO}\.git/info/lfs/objects/batch", lfs_batch),
    (("POST",), rf"/{REPO}\.git/info/lfs/objects/verify", lfs_verify),
    (("POST",), f"/api/models/{REPO}/commit/{REVISION}", commit),
]


class Handler(BaseHTTPRequestHandler):
    """Carries requests to the `Hub` and its replies back, with the faults of the body."""

    hub: Hub
    protocol_version = "HTTP/1.1"

    def _read_chunked(self) -> bytes:
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._read_chunked()
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _request(self) -> Request:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return Request(
            method=self.command,
            path=unquote(self.path),
            token=token if scheme == "Bearer" else None,
            body=self._read_body(),
            byte_range=self.headers.get("Range"),
        )

    def _answer(self) -> None:
        reply, fault = self.hub.answer(self._request())
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(spoil(reply.body, fault))
        if fault == "cut":
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = _answer  # noqa: N815 - names of http.server

    def log_message(self, *args: object) -> None:
        """Keep the test output free of an access log."""


def spoil(body: bytes, fault: str | None) -> bytes:
    if fault == "cut":
        return body[: len(body) // 2]
    if fault == "corrupt":
        return bytes([body[0] ^ 1]) + body[1:]
    return body
