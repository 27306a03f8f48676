"""Processes that may have died unseen, told apart from others that got their number since."""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

import psutil


def alive(process: psutil.Process) -> bool:
    """Whether it runs; a zombie that its parent never collects, as in many containers, has ended."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def serving(pid_file: Path, directory: Path) -> psutil.Process | None:
    """The live process that a pid file names, if it works in that directory.

    A pid alone proves nothing after a power cut or in a new container: both services change into their
    data directory, and nothing else does.
    """
    try:
        process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        ours = Path(process.cwd()) == directory.resolve()
    except (OSError, ValueError, psutil.Error):
        return None
    return process if ours and alive(process) else None


def end(processes: Sequence[psutil.Process], patience: float = 10) -> None:
    """Ask processes to end, and kill what still runs after `patience` seconds."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in _still_alive(processes, patience):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _still_alive(processes, patience)


def _still_alive(processes: Sequence[psutil.Process], patience: float) -> list[psutil.Process]:
    """Wait until all have ended, at most `patience` seconds; returns those that have not."""
    deadline = time.monotonic() + patience
    while left := [process for process in processes if alive(process)]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return left
