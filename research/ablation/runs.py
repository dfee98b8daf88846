"""All runs of an ablation, each kept as a file when it is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import torch

from entdemo.bundle.weights import Bundle
from entdemo.storage.atomic import write_atomically
from entdemo.training.data import renderer_hash
from research.ablation.batches import few_shot
from research.ablation.config import AblationConfig
from research.ablation.fit import fit
from research.ablation.material import Material, prepare
from research.ablation.measure import Figures, measure
from research.ablation.probe import probe
from research.ablation.variants import Variant

Say = Callable[[str], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Job:
    """A run to make: a variant, with ``shots`` labelled frames a class, from a seed."""

    variant: Variant
    shots: int
    seed: int


class Runs:
    """Makes the runs that are asked for; those of an earlier call are read back.

    A finished run is found again by everything that its figures follow from: the base, the frames,
    the settings and the variant. Changes of this package's code are not noticed.

    Args:
        config: settings of all runs.
        bundle: whose base they start from.
        say: told of longer steps.
        workers: processes, of one thread each.
    """

    def __init__(self, config: AblationConfig, bundle: Bundle, say: Say, workers: int) -> None:
        self.config, self.bundle, self.say, self.workers = config, bundle, say, workers
        self.folder = config.runs / "finished"
        self._material: Material | None = None
        self._renderer = renderer_hash()

    def all(self, jobs: list[Job], progress: Progress) -> list[tuple[Job, Figures]]:
        """Figures of each job, in order.

        Args:
            jobs: to make or to read.
            progress: told how many of how many are done.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        missing = [job for job in jobs if not self.file(job).exists()]
        done = len(jobs) - len(missing)
        progress(done, len(jobs))
        for number, (job, figures) in enumerate(self._made(missing), done + 1):
            write_atomically(self.file(job), self._record(job, figures))
            progress(number, len(jobs))
        return [(job, self._read(job)) for job in jobs]

    def file(self, job: Job) -> Path:
        """Where a job's figures are kept."""
        facts = {
            "embedder": self.bundle.info.embedder_id,
            "renderer": self._renderer,
            "settings": self.config.model_dump(
                mode="json",
                exclude={"weights", "runs", "output", "shots", "low_data", "objective", "groups"},
            ),
            "most_shots": self.config.most_shots,
            "variant": job.variant.facts,
        }
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]
        return self.folder / f"{digest}-{job.shots}-{job.seed}.json"

    @staticmethod
    def _record(job: Job, figures: Figures) -> bytes:
        row = {"name": job.variant.name, "shots": job.shots, "seed": job.seed, "figures": figures}
        return json.dumps(row, indent=1).encode()

    def _read(self, job: Job) -> Figures:
        figures: Figures = json.loads(self.file(job).read_text("utf-8"))["figures"]
        return figures

    def _made(self, jobs: list[Job]) -> Iterator[tuple[Job, Figures]]:
        if not jobs:
            return
        self._material = self._material or prepare(self.config, self.bundle, self.say)
        if self.workers > 1:
            yield from self._in_parallel(self._material, jobs)
            return
        for job in jobs:
            yield job, figures_of(self.config, self._material, job)

    def _in_parallel(self, material: Material, jobs: list[Job]) -> Iterator[tuple[Job, Figures]]:
        context = torch.multiprocessing.get_context("spawn")  # its pickles share tensors' memory
        with ProcessPoolExecutor(
            self.workers, context, initializer=_start, initargs=(self.config, material)
        ) as pool:
            running = {pool.submit(_work, job): job for job in jobs}
            for finished in as_completed(running):
                yield running[finished], finished.result()


def figures_of(config: AblationConfig, material: Material, job: Job) -> Figures:
    """Make one run and measure it."""
    variant = job.variant
    chosen = few_shot(config, job.seed, job.shots)
    if variant.learns == "probe":
        return probe(material, variant, chosen)
    model = fit(config, material, variant, job.seed, chosen)
    return measure(model, variant, material)


_shared: list[tuple[AblationConfig, Material]] = []


def _start(config: AblationConfig, material: Material) -> None:
    torch.set_num_threads(1)
    _shared.append((config, material))


def _work(job: Job) -> Figures:
    return figures_of(*_shared[0], job)
