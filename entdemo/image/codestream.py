"""The main header of a JPEG 2000 codestream (ITU T.800 annex A)."""

from __future__ import annotations

from dataclasses import dataclass

_SIZES, _CODING, _FIRST_TILE = 0x51, 0x52, 0x90
_PRECISION_AT, _TRANSFORM_AT = 36, 4


@dataclass(frozen=True)
class Codestream:
    """What the header tells.

    Attributes:
        bits: of a sample of the first component.
        signed: whether its samples are.
        transformed: whether a decoder makes RGB of the components by itself.
    """

    bits: int = 8
    signed: bool = False
    transformed: bool = True


def codestream_of(data: bytes) -> Codestream:
    """Read the header; what it does not tell is as in most files."""
    bits, signed, transformed = 8, False, True
    place = 2
    while data[place : place + 1] == b"\xff" and data[place + 1] != _FIRST_TILE:
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        body = data[place + 4 : place + 2 + length]
        if data[place + 1] == _SIZES and len(body) > _PRECISION_AT:
            bits, signed = (body[_PRECISION_AT] & 127) + 1, body[_PRECISION_AT] > 127
        if data[place + 1] == _CODING and len(body) > _TRANSFORM_AT:
            transformed = body[_TRANSFORM_AT] == 1
        place += 2 + max(length, 2)
        if place + 2 > len(data):
            break
    return Codestream(bits, signed, transformed)
