"""``ablate``: what each component of the method brings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entdemo.cli.bundle import open_bundle
from entdemo.cli.output import Json, err, out, print_json, progress_bar
from entdemo.cli.parts import from_checkout


def ablate(
    config: Annotated[Path, typer.Argument(help="A YAML file, see research/ablation/configs.")],
    workers: Annotated[int, typer.Option(min=1, help="Processes of one thread each.")] = 2,
    json: Json = False,
) -> None:
    """Compare the method's parts over several seeds; finished runs are kept and not made again.

    Writes tables and plots: ablation.md, ablation.png, low-data.png, ablation.json.
    """
    from entdemo.training.config import read_yaml

    ablation = from_checkout("research.ablation.ablate", "ablate", "train")
    document = from_checkout("research.ablation.document", "ablate", "train")
    settings = read_yaml(config, ablation.AblationConfig)
    bundle = open_bundle(settings.weights)
    with progress_bar("runs") as progress:
        finished = ablation.ablate(
            settings, bundle, lambda line: err.print(line), progress, workers
        )
    if json:
        print_json(
            {
                "output": str(settings.output),
                "runs": sum(len(group.figures) for group in finished),
            }
        )
    else:
        out.print(f"Wrote {settings.output / document.MARKDOWN}.")
