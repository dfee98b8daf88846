"""Options that say which cases of the gallery count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from entdemo.gallery.filters import CaseFilter

Regions = Annotated[list[str] | None, typer.Option("--region", help="Only cases of this region.")]
Classes = Annotated[list[str] | None, typer.Option("--class", help="Only cases of this class.")]
Findings = Annotated[
    list[str] | None, typer.Option("--finding", help="Only this finding, or region/finding.")
]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only from this source.")]


def case_filter(
    regions: list[str] | None,
    classes: list[str] | None,
    findings: list[str] | None,
    sources: list[str] | None,
    min_similarity: float = -1.0,
) -> CaseFilter:
    """What the options say.

    Raises:
        UserError: an unknown region or class, or a similarity out of range.
    """
    from entdemo.gallery.filters import CaseFilter

    return CaseFilter(
        frozenset(regions or ()),
        frozenset(classes or ()),
        frozenset(findings or ()),
        frozenset(sources or ()),
        min_similarity=min_similarity,
    )
