"""What can go wrong with an embedded service, as one sentence for the person at the keyboard."""

from pathlib import Path


class EmbeddedUnavailable(Exception):
    """An embedded service cannot be had; the message says what to install, change or set instead."""


def last_lines(log: Path, count: int = 8) -> str:
    """The end of a log, indented; a sentence instead when there is none."""
    if not log.is_file():
        return f"  ({log} was never written)"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
    return "\n".join(f"  {line}" for line in lines)
