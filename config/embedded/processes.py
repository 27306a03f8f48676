"""Processes that may have died unseen, told apart from others that got their number since."""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

import psutil


def alive(process: psutil.Process) -> bool:
    """Whether it runs; a zombie that its parent never collects, as in many containers, has ended."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def serving(pid_file: Path, directory: Path) -> psutil.Process | None:
    """The live process that a pid file names, if it works in that directory.

    A pid alone proves nothing after a power cut or in a new container: both services change into their
    data directory, and nothing else does.
    """
    try:
        process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
    except (OSError, ValueError, psutil.Error):
        return None
    return process if _works_in(process, directory) else None


def working_in(directory: Path) -> list[psutil.Process]:
    """The live processes of this user, or as root of all, whose working directory this is."""
    return [process for process in psutil.process_iter() if _works_in(process, directory)]


def _works_in(process: psutil.Process, directory: Path) -> bool:
    try:
        return Path(process.cwd()) == directory.resolve() and alive(process)
    except (OSError, psutil.Error):  # another user's, or gone
        return False


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
