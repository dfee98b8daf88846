"""Figures of a report: confusion matrix, reliability diagram, examples of retrieval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entdemo.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def require_matplotlib() -> None:
    """Fail before long work rather than after it.

    Raises:
        UserError: matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise UserError("figures.no_matplotlib") from error


def new_figure(width: float, height: float) -> Figure:
    """A figure of so many inches.

    Raises:
        UserError: matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")
