"""Processes that may have died unseen, told apart from others that got their number since."""

import contextlib
from pathlib import Path

import psutil


def serving(pid_file: Path, directory: Path) -> psutil.Process | None:
    """The live process that a pid file names, if it works in that directory.

    A pid alone proves nothing after a power cut or in a new container: both services change into their
    data directory, and nothing else does.
    """
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == directory.resolve()
    except (OSError, ValueError, psutil.Error):
        return None
    return process if alive else None


def end(processes: list[psutil.Process], patience: float = 10) -> None:
    """Ask processes to end, and kill what still runs after `patience` seconds."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, left = psutil.wait_procs(processes, timeout=patience)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=patience)
