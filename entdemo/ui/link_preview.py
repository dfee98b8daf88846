"""What is shown where a link to the page is shared: the page's own name, purpose and picture."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from entdemo.locale import Language
from entdemo.ui.i18n import word
from entdemo.ui.pictures import picture_url

if TYPE_CHECKING:
    from entdemo.gallery.store import Gallery

_FOREIGN = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')


def preview_picture(gallery: Gallery) -> str:
    """Where the picture lies, relative to the page: a drawn case, never a patient's; else empty."""
    drawn = (case.case_id for case in gallery.cases if case.is_drawn)
    case_id = next(drawn, "")
    return picture_url(case_id, "large") if case_id else ""


def with_preview(html: str, address: str, picture: str, language: Language) -> str:
    """A page with its own preview in place of Gradio's.

    Args:
        html: the page.
        address: of the page, without a slash at its end.
        picture: as ``preview_picture`` gives it.
        language: of the texts.
    """
    told = {
        "og:type": "website",
        "og:title": f"entdemo · {word('page.title', language)}",
        "og:description": word("page.purpose", language),
        "og:url": f"{address}/",
    }
    if picture:
        told |= {"og:image": f"{address}/{picture}", "og:image:alt": word("case.drawn", language)}
    tags = "".join(
        f'<meta property="{name}" content="{escape(text)}">' for name, text in told.items()
    )
    return _FOREIGN.sub("", html).replace("</head>", f"{tags}</head>", 1)
