"""What is on the screen before the page's scripts have built the page: its name and purpose."""

from __future__ import annotations

from html import escape

from entdemo.locale import Language
from entdemo.ui.i18n import word

_STYLE = (
    "position:absolute;inset:22px 24px auto 28px;z-index:-1;color:#5f706e;"
    "font:600 1.1rem system-ui,sans-serif"
)


def with_first_paint(html: str, language: Language) -> str:
    """The page with a line that the built page hides; it takes no room, so that nothing moves.

    Args:
        html: the page as the server sends it.
        language: of the line.
    """
    words = (word(key, language) for key in ("page.title", "page.purpose"))
    line = escape(" · ".join(("entdemo", *words)))
    shown = f'<p id="first-paint" aria-hidden="true" style="{_STYLE}">{line}</p>'
    return html.replace("</body>", f"{shown}</body>", 1)
