"""``weights pull|push|adopt|verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entdemo.cli.output import WEIGHTS, Json, print_json
from entdemo.settings import Settings, read_settings

app = typer.Typer(no_args_is_help=True, help="Fetch, publish and check weights.")

Source = Annotated[str, typer.Argument(help="Folder, or Hub repo owner/name@revision.")]


@app.command()
def pull(
    source: Source,
    folder: Annotated[
        Path | None, typer.Argument(help="New folder; else that of own weights, which then serve.")
    ] = None,
    json: Json = False,
) -> None:
    """Copy weights from the Hub into a folder, after checking every file.

    A private repo needs a token in HF_TOKEN.
    """
    from entdemo.bundle import hub

    target = folder or read_settings(Settings).own_weights
    info = hub.pull(source, target, progress=not json)
    if json:
        print_json({"folder": str(target), "name": info.name, "embedder_id": info.embedder_id})
    else:
        typer.echo(f"{info.name} ({info.embedder_id}) in {target}.")
    learned = read_settings(Settings).learned_weights
    if folder is None and learned.exists():
        typer.echo(f"Weights that learned from own cases serve before them: {learned}.", err=True)


@app.command()
def push(
    folder: Annotated[Path, typer.Argument(help="Folder of the weights.")],
    repo: Annotated[str, typer.Argument(help="Hub repo owner/name; made if it does not exist.")],
    private: Annotated[bool, typer.Option("--private", help="Make the repo private.")] = False,
    message: Annotated[str, typer.Option(help="Message of the commit.")] = "Upload weights",
    json: Json = False,
) -> None:
    """Publish weights on the Hub as one commit, after checking them.

    It needs a token with write access in HF_TOKEN.
    """
    from entdemo.bundle import hub

    url = hub.push(folder, repo, private=private, message=message)
    if json:
        print_json({"commit_url": url})
    else:
        typer.echo(url)


@app.command()
def adopt(
    adapter: Annotated[str, typer.Argument(help="Folder or Hub repo of an adapter by PEFT.")],
    folder: Annotated[Path, typer.Argument(help="New folder to put the weights into.")],
    base: Annotated[
        str, typer.Option(help="Weights of the same base, for everything else.", **WEIGHTS)
    ],
    json: Json = False,
) -> None:
    """Make weights of a LoRA adapter that was trained elsewhere with peft and open_clip.

    What an adapter lacks (fusion, classes, prompts, calibration) is taken from other weights.
    """
    from entdemo.bundle import adopt as adoption
    from entdemo.bundle import hub

    found = hub.resolve_adapter(adapter, progress=not json)
    info = adoption.adopt(found, hub.resolve_weights(base), folder)
    if json:
        print_json({"folder": str(folder), "name": info.name, "embedder_id": info.embedder_id})
    else:
        typer.echo(f"{info.name} ({info.embedder_id}) in {folder}; please evaluate before use.")


@app.command()
def verify(
    source: Annotated[
        str, typer.Argument(help="Folder, or Hub repo owner/name@revision.", **WEIGHTS)
    ],
    json: Json = False,
) -> None:
    """Check every file, key and reference embedding of weights; exit code 1 if anything is wrong.

    Without an argument it checks the weights that the app would use.
    """
    from entdemo.bundle import hub

    problems = [str(problem) for problem in hub.verify(hub.resolve_weights(source))]
    if json:
        print_json({"ok": not problems, "problems": problems})
    else:
        typer.echo("\n".join(problems) or "The weights are whole.")
    raise typer.Exit(1 if problems else 0)
