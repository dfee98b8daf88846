"""What a drawn frame shows: the link between its picture and its captions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Side = Literal["left", "right", "both"]
Size = Literal["small", "medium", "large"]
Place = Literal["anterior", "posterior", "superior", "inferior", "central"]


@dataclass(frozen=True)
class Observation:
    """One finding that is really drawn.

    Attributes:
        key: a finding key of the region, see ``taxonomy.FINDINGS``.
        side: the patient's side, where the class does not tell it (cords, tonsils).
        size: how large it is drawn.
        place: where on the structure it lies.
    """

    key: str
    side: Side | None = None
    size: Size | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Facts:
    """Class and findings of a frame; the first observation is the main one."""

    class_name: str
    observations: tuple[Observation, ...] = field(default_factory=tuple)

    @property
    def finding(self) -> str:
        """Key of the main finding, ``normal`` where there is none."""
        return self.observations[0].key if self.observations else "normal"
