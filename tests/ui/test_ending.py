"""The end of a process that was asked to end."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

_NEVER_DONE = """
import sys, threading
from pathlib import Path
from entdemo.ui import ending
ending.GRACE_S = 0.2
ending.end_on_sigterm(Path(sys.argv[1]))
threading.Thread(target=threading.Event().wait).start()
print("up", flush=True)
threading.Event().wait()
"""


def test_a_thread_that_never_ends_does_not_keep_the_process(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    folder.mkdir()
    (folder / "frame").write_bytes(b"x")
    command = [sys.executable, "-c", _NEVER_DONE, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
    assert not folder.exists()
