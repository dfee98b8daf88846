"""Is every kind of damage to a bundle or a gallery noticed, and does no process die of it?

``python -m benchmarks.damage`` spoils each file of a small bundle and of a small gallery in many
ways: missing, empty, cut, flipped, overwritten, swapped with another, replaced by a folder, a loop
of links or a pipe, made unreadable; then also with its hash stated anew, as a forger would. Each
time a process of its own opens what is left. Right is a refusal with a sentence in both languages,
an answer with a note of what was rebuilt, or the same answers as before. Exit code 1 otherwise.
"""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.table import Table

from benchmarks.child import Ended, in_child
from benchmarks.fixtures.bundle import make_bundle, restate_hashes
from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases
from entdemo.boundary import guarded
from entdemo.bundle.hub import verify
from entdemo.bundle.weights import INFO, load_bundle
from entdemo.cli.output import Json, out, print_json, rows
from entdemo.errors import UserError
from entdemo.gallery.build import add_cases, build_gallery
from entdemo.gallery.manifest import DATA_FILES, Mark
from entdemo.gallery.store import Gallery
from entdemo.gallery.verify import verify_gallery

Damage = Callable[[Path], object]

REFUSED, NOTED, SAME, OTHER, WRONG = "refused", "noted", "same answers", "other answers", "WRONG"
OUTCOMES = (REFUSED, NOTED, SAME, OTHER, WRONG)
_UNREADABLE = "unreadable"
_FORGED = "hash restated"
"""Whoever restates the hashes has made another bundle: other answers are then right."""
_SECONDS = 10.0
_NOBODY = 65534
_LINKED_BYTES = 2_000_000


@dataclass(frozen=True)
class Finding:
    """What came of one damage: one of the outcomes above, and the sentence or what went wrong."""

    kind: str
    file: str
    damage: str
    outcome: str
    sentence: str


@dataclass(frozen=True)
class Subject:
    """What is damaged.

    Attributes:
        files: names of its files, those to be damaged.
        forged: those whose hash is stated anew as well.
        restate: makes the subject's own record agree with a file.
        opened: what its answers are, and a note if something was put right.
    """

    kind: str
    whole: Path
    files: list[str]
    forged: list[str]
    restate: Callable[[Path, str], object]
    opened: Callable[[Path], tuple[str, str]]


def content_damages(data: bytes, flips: int, rng: random.Random) -> dict[str, bytes]:
    """Wrong contents of a file, by name of the damage."""
    middle = len(data) // 2
    damages = {
        "empty": b"",
        "cut to a byte": data[:1],
        "cut in half": data[:middle],
        "last byte missing": data[:-1],
        "a byte too many": data + b"\0",
        "zeros": bytes(len(data)),
        "noise": rng.randbytes(len(data)),
        "text": b"just some words\n",
        "deep brackets": b"[" * 100_000,
    }
    places = {0, middle, len(data) - 1, *(rng.randrange(len(data)) for _ in range(flips))}
    for place in sorted(places):
        flipped = bytes([data[place] ^ 1 << rng.randrange(8)])
        damages[f"bit flipped in byte {place}"] = data[:place] + flipped + data[place + 1 :]
    return damages


def place_damages(whole: Path, names: list[str], name: str) -> dict[str, Damage]:
    """Other things in the place of a file, by name of the damage."""
    damages: dict[str, Damage] = {
        "missing": lambda file: None,
        "a folder": Path.mkdir,
        "a loop of links": lambda file: file.symlink_to(file.name),
        "a link to nowhere": lambda file: file.symlink_to("nowhere"),
        "a link to a device": lambda file: file.symlink_to("/dev/zero"),
        "a pipe": lambda file: os.mkfifo(file),
        _UNREADABLE: lambda file: file.touch(mode=0),
    }
    for other in names:
        if (whole / other).read_bytes() != (whole / name).read_bytes():
            damages[f"swapped with {other}"] = partial(_swap, whole, name, other)
    return damages


def _swap(whole: Path, name: str, other: str, file: Path) -> None:
    file.write_bytes((whole / other).read_bytes())
    _write(Path(str(file).removesuffix(name)) / other, (whole / name).read_bytes())


def _write(file: Path, data: bytes) -> None:
    file.unlink()  # it may be a link to the file of the whole
    file.write_bytes(data)


def cases_of(
    subject: Subject, flips: int, rng: random.Random
) -> Iterator[tuple[str, str, Callable[[Path], None]]]:
    """Every damage of a subject: the file, the damage's name, and a function that does it."""
    for name in subject.files:
        contents = content_damages((subject.whole / name).read_bytes(), flips, rng)
        for damage, data in contents.items():
            yield name, damage, partial(_overwrite, name=name, data=data)
            if name in subject.forged:
                yield name, f"{damage}, {_FORGED}", partial(_forge, subject, name, data)
        for damage, spoil in place_damages(subject.whole, subject.files, name).items():
            yield name, damage, partial(_replace, name=name, spoil=spoil)


def _overwrite(folder: Path, name: str, data: bytes) -> None:
    _write(folder / name, data)


def _forge(subject: Subject, name: str, data: bytes, folder: Path) -> None:
    _write(folder / name, data)
    subject.restate(folder, name)


def _replace(folder: Path, name: str, spoil: Damage) -> None:
    (folder / name).unlink()
    spoil(folder / name)


def bundle_subject(folder: Path) -> Subject:
    """A complete bundle with random weights."""
    whole = make_bundle(folder / "bundle")
    names = sorted(path.name for path in whole.iterdir())
    forged = [name for name in names if name not in (INFO, "README.md", "log.csv")]
    return Subject("bundle", whole, names, forged, lambda at, _: restate_hashes(at), _bundle_opened)


def _bundle_opened(folder: Path) -> tuple[str, str]:
    problems = verify(folder)
    loaded = load_bundle(folder)
    if problems:
        raise RuntimeError(f"verify tells of {problems} and loading does not")
    frames = loaded.model.encode_frames(torch.full((1, 3, 128, 128), 0.5))
    texts = loaded.model.encode_texts(loaded.tokenize(["a red ear drum"]))
    return str((frames.embedding[0, :8], texts[0, :8], loaded.info.calibration)), ""


def gallery_subject(folder: Path) -> Subject:
    """A gallery of 12 drawn cases; two of its frames are damaged, as the others are alike."""
    gallery = build_gallery(folder / "gallery", new_cases(12), EMBEDDER)
    frames = [gallery.cases[0].file, gallery.cases[7].file]
    names = ["gallery.json", *DATA_FILES, *frames]
    return Subject("gallery", gallery.folder, names, list(DATA_FILES), _restate, _gallery_opened)


def _restate(folder: Path, name: str) -> None:
    content = json.loads((folder / "gallery.json").read_text())
    content["files"][name] = asdict(Mark.of((folder / name).read_bytes()))
    (folder / "gallery.json").write_text(json.dumps(content))


def _gallery_opened(folder: Path) -> tuple[str, str]:
    """Answers of a gallery; a writer must do its work or refuse it, and the check must end."""
    verify_gallery(folder)
    gallery = Gallery.open(folder)
    found = gallery.search(gallery.vectors[:5], 3)
    answers = repr([(hit.case, round(hit.similarity, 4)) for hits in found for hit in hits])
    embedder = replace(
        EMBEDDER, embedder_id=gallery.embedder_id, preprocess_hash=gallery.preprocess_hash
    )
    add_cases(folder, new_cases(1, 90), embedder)
    return answers, "; ".join(gallery.notes)


def look(subject: Subject, whole: str, folder: Path) -> str:
    """Open what is left; the outcome and the sentence as JSON."""
    try:
        answers, note = subject.opened(folder)
    except UserError as error:
        told = {error.text("en"), error.text("vi")}
        complete = len(told) == 2 and not any(set("{}") & set(text) for text in told)
        return json.dumps([REFUSED if complete else WRONG, error.text("en")])
    if note:
        return json.dumps([NOTED, note])
    return json.dumps([SAME if answers == whole else OTHER, ""])


def _as_nobody(call: Callable[[], str]) -> str:
    """Root may read whatever is forbidden to others."""
    if os.geteuid() == 0:
        os.seteuid(_NOBODY)
    return call()


def examine(subject: Subject, flips: int, rng: random.Random, step: int = 1) -> Iterator[Finding]:
    """Do each damage, or every ``step``-th, to a copy of its own and open it in a child."""
    victim = subject.whole.with_name("victim")
    subject.whole.parent.chmod(0o755)
    whole = subject.opened(_copied(subject.whole, victim))[0]
    for file, damage, spoil in islice(cases_of(subject, flips, rng), 0, None, step):
        spoil(_copied(subject.whole, victim))
        call = partial(look, subject, whole, victim)
        start = _computed()
        ended = in_child(partial(_as_nobody, call) if damage == _UNREADABLE else call)
        outcome, sentence = _judged(ended, damage, _computed() - start)
        yield Finding(subject.kind, file, damage, outcome, sentence)


def _computed() -> float:
    """Seconds that children have computed until now; a busy machine is no fault of theirs."""
    times = os.times()
    return times.children_user + times.children_system


def _copied(whole: Path, victim: Path) -> Path:
    shutil.rmtree(victim, ignore_errors=True)
    shutil.copytree(whole, victim, copy_function=_link_or_copy)
    for path in (victim, *victim.rglob("*")):
        path.chmod(0o755)
    return victim


def _link_or_copy(source: str, target: str) -> None:
    if os.path.getsize(source) > _LINKED_BYTES:
        os.link(source, target)
    else:
        shutil.copyfile(source, target)


def _judged(ended: Ended, damage: str, seconds: float) -> tuple[str, str]:
    if ended.trouble:
        return WRONG, ended.trouble
    outcome, sentence = json.loads(ended.value)
    if seconds > _SECONDS:
        return WRONG, f"computed for {seconds:.0f} s"
    if outcome == OTHER and not damage.endswith(_FORGED):
        return WRONG, "other answers without a word"
    return outcome, sentence


def run_all(flips: int, seed: int) -> Iterator[Finding]:
    """All damages of a bundle and a gallery, ``flips`` random bits a file among them."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        for make in (gallery_subject, bundle_subject):
            yield from examine(make(Path(name)), flips, rng)


def main(
    flips: Annotated[int, typer.Option(min=0, help="Random bits flipped in each file.")] = 10,
    seed: Annotated[int, typer.Option(help="Of the places.")] = 1,
    json: Json = False,
) -> None:
    """Damage each file in each way; exit code 1 if anything went unnoticed or died."""
    findings = list(run_all(flips, seed))
    wrong = [finding for finding in findings if finding.outcome == WRONG]
    if json:
        print_json(
            {"cases": len(findings), "wrong": len(wrong), "findings": list(map(asdict, findings))}
        )
    else:
        out.print(_table(findings))
        for finding in wrong:
            out.print(f"{finding.file}, {finding.damage}: {finding.sentence}")
        out.print(f"{len(findings)} damages, {len(wrong)} of them wrong.")
    raise typer.Exit(1 if wrong else 0)


def _table(findings: list[Finding]) -> Table:
    files = dict.fromkeys((finding.kind, finding.file) for finding in findings)
    lines = []
    for kind, file in files:
        of_file = Counter(f.outcome for f in findings if (f.kind, f.file) == (kind, file))
        lines.append([kind, file, *(str(of_file[outcome]) for outcome in OUTCOMES)])
    return rows("What became of each damage", ["in", "file", *OUTCOMES], lines)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
