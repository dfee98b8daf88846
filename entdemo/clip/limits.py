"""What a clip may have, and how long reading it may take."""

from __future__ import annotations

DICOM = "dicom"
"""Kind of a file beside FFmpeg's names of containers."""

MAX_BYTES = 1024**3
MAX_SECONDS = 900.0
MAX_FRAMES = int(MAX_SECONDS) * 120
MAX_PIXELS = 4096 * 2304
MIN_SIDE = 32
MAX_MEMORY = 1024**3
"""Address space of the process that decodes, in bytes, where the system can limit it."""

STEP = 0.5
"""Seconds of which the sharpest frame is taken: a cut is then known to less than that."""

MAX_SILENCE = 8.0
"""Seconds of computing after which a decoder that gives nothing is ended, where the system counts
them; a busy machine is no reason."""

MAX_WAIT = 60.0
"""Likewise in seconds that pass."""
