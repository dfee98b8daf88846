"""Numbers as people of each language write them."""

from __future__ import annotations

from entdemo.locale.catalogue import Language


def decimal(number: float, language: Language) -> str:
    """Two decimals with the language's own decimal sign and a true minus."""
    plain = f"{number:.2f}".replace("-", "−")
    return plain.replace(".", ",") if language == "vi" else plain


def percent(probability: float) -> str:
    """A probability for people; nothing is ever certain."""
    if probability < 0.01:
        return "< 1 %"
    return "> 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"


def count(number: int, language: Language) -> str:
    """A whole number with the language's own thousands sign."""
    plain = f"{number:,}"
    return plain.replace(",", ".") if language == "vi" else plain


def clock(seconds: float) -> str:
    """A time within a clip, as ``1:02.5``."""
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{minutes:.0f}:{rest:04.1f}"
