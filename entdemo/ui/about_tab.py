"""The About tab: what the app is, how good, what it keeps, and how to use it from a program."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from entdemo.bundle.weights import read_card
from entdemo.ui.about_figures import figures
from entdemo.ui.events import GALLERY_QUEUE
from entdemo.ui.i18n import attribute_of, both

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

_RENEW = "() => trigger('renew', {})"
_MOST_LETTERS = 50_000
_COMMANDS = """\
ENTDEMO_WEIGHTS=owner/name@revision python app.py
python -m entdemo weights verify FOLDER
python -m entdemo gallery build MY_GALLERY --from FRAMES
ENTDEMO_GALLERY=MY_GALLERY python app.py"""
_SNIPPET = """\
from gradio_client import Client, handle_file

client = Client("http://127.0.0.1:7860/")
answer = client.predict(frame=handle_file("frame.jpg"), k=12, api_name="/predict")
print(answer["class"], answer["probabilities"])

found = client.predict(text="thủng màng nhĩ trái", k=12, api_name="/search")
for case in found["neighbours"]:
    print(case["similarity"], case["caption_vi"])"""
_ENDPOINTS = ("predict", "search", "health")


def build_about_tab(predictor: Predictor, *, changes: bool = False) -> None:
    """Place the tab.

    Args:
        predictor: whose weights are described.
        changes: whether other weights may come to serve while the app runs.
    """
    mount = f"entdemo.mountAbout(element, {_RENEW if changes else 'null'})"
    tab = gr.HTML(about(predictor), js_on_load=mount, apply_default_css=False)
    if changes:
        renewed = tab.renew(lambda: about(predictor), None, tab, **GALLERY_QUEUE)
        renewed.then(
            fn=None,
            js="() => entdemo.nameServer()",
            api_visibility="private",
            show_progress="hidden",
        )


def about(predictor: Predictor) -> str:
    """The whole tab."""
    bundle = predictor.bundle
    measured = f"<h3>{both('about.figures_of', name=bundle.info.name)}</h3>"
    parts = {
        "what": paragraphs("about.what", 2),
        "how": paragraphs("about.how", 2) + runs(predictor),
        "figures": measured + figures(bundle.info.metrics) + card(bundle.folder),
        "limits": points("about.limits", 4),
        "privacy": points("about.privacy", 4),
        "licence": paragraphs("about.licence", 1),
        "own": paragraphs("about.own", 1) + code("about.commands", _COMMANDS),
        "api": paragraphs("about.api", 1) + code("about.snippet", _SNIPPET) + endpoints(),
    }
    sections = "".join(
        f'<section id="about-{key}"><h2>{both(f"about.{key}")}</h2>{html}</section>'
        for key, html in parts.items()
    )
    return f'<div class="about">{sections}</div>'


def paragraphs(key: str, number: int) -> str:
    """The numbered texts of a section."""
    return "".join(f"<p>{both(f'{key}_{n}')}</p>" for n in range(1, number + 1))


def runs(predictor: Predictor) -> str:
    """What the app runs on."""
    told = both("about.runs", bundle=predictor.bundle_name, device=predictor.device)
    return f"<p>{told}</p>"


def points(key: str, number: int) -> str:
    """The numbered texts of a section, as a list."""
    items = "".join(f"<li>{both(f'{key}_{n}')}</li>" for n in range(1, number + 1))
    return f'<ul class="points">{items}</ul>'


def code(label: str, text: str) -> str:
    """Lines to copy."""
    return (
        '<div class="code"><div class="code-bar"><span class="hint small" role="status"></span>'
        f'<button type="button" class="quiet" data-copy>{both("about.copy")}</button></div>'
        f'<pre tabindex="0" role="region" {attribute_of("aria-label", label)}>'
        f"<code>{escape(text)}</code></pre></div>"
    )


def card(folder: Path) -> str:
    """The bundle's own model card as plain text: it may come from a stranger."""
    text = read_card(folder)[:_MOST_LETTERS]
    if not text:
        return ""
    label = attribute_of("aria-label", "about.card")
    return (
        f'<details class="model-card"><summary>{both("about.card")}</summary>'
        f'<pre lang="en" tabindex="0" role="region" {label}>{escape(_without_head(text))}</pre>'
        "</details>"
    )


def _without_head(text: str) -> str:
    """The text after the metadata that the Hub reads between two lines of dashes."""
    _, dashes, rest = text.removeprefix("---\n").partition("\n---\n")
    return (rest if dashes and text.startswith("---\n") else text).strip()


def endpoints() -> str:
    """What each endpoint takes and gives."""
    heads = "".join(
        f'<th scope="col">{both(f"about.{name}")}</th>' for name in ("endpoint", "takes", "gives")
    )
    rows = "".join(
        f'<tr><th scope="row"><code>/{name}</code></th><td>{both(f"about.{name}_takes")}</td>'
        f"<td>{both(f'about.{name}_gives')}</td></tr>"
        for name in _ENDPOINTS
    )
    label = attribute_of("aria-label", "about.endpoint")
    return (
        f'<div class="scrolling" role="region" tabindex="0" {label}><table class="endpoints">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
