"""Keys that are made once and kept under VAR_DIR, for use beside the embedded database alone.

Invariant: a key, once read by anybody, never changes, however many processes ask for it first.
"""

import os
import secrets
from pathlib import Path

from config.embedded.places import made, made_ours, var_dir


def local_secret(name: str) -> str:
    """32 random bytes as 64 hex digits, from VAR_DIR/keys/<name>; made on first use, mode 0600.

    Raises: EmbeddedUnavailable when VAR_DIR cannot be written.
    """
    made(var_dir())
    path = made_ours(var_dir() / "keys") / name
    if not path.exists():
        _make(path)
    return path.read_text(encoding="ascii").strip()


def _make(path: Path) -> None:
    """Write a whole key aside, then link it into place: link() fails when another process was first."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
