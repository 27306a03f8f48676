"""Where the embedded services keep their data, sockets and logs.

Invariant: every place is a function of VAR_DIR and the user, so that two checkouts never meet and every
process of one checkout finds the same sockets.
"""

import fcntl
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.errors import EmbeddedUnavailable

CHECKOUT = Path(__file__).resolve().parent.parent.parent
# sun_path holds 104 bytes on macOS and 108 on Linux, a closing zero among them.
LONGEST_SOCKET = 100
SOCKET_NAME = ".s.PGSQL.5432"
# Database URLs carry the directory unquoted, so it may hold nothing that a URL gives a meaning to.
PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")
# Not tempfile.gettempdir(): TMPDIR may differ between two processes of one checkout, and may be deep itself.
SHORT_ROOT = Path("/tmp")  # noqa: S108 - owner and mode are checked in made_ours()


def var_dir() -> Path:
    """The directory of all local data: VAR_DIR, or `var` in the checkout; absolute, perhaps not made yet."""
    given = os.environ.get("VAR_DIR")
    return Path(os.path.abspath(Path(given).expanduser())) if given else CHECKOUT / "var"


def sockets_dir() -> Path:
    """`run` in VAR_DIR; where a unix socket could not be named there, a short directory named by its hash."""
    natural = var_dir() / "run"
    longest = natural / "postgres" / SOCKET_NAME
    if len(os.fsencode(longest)) <= LONGEST_SOCKET and PLAIN_PATH.fullmatch(str(longest)):
        return natural
    digest = hashlib.sha256(os.fsencode(var_dir())).hexdigest()[:16]
    return SHORT_ROOT / f"gongji-{os.getuid()}-{digest}"


def log_file(name: str) -> Path:
    """The log of a service or a process of the demo."""
    return var_dir() / "log" / f"{name}.log"


def made(directory: Path, mode: int = 0o700) -> Path:
    """The directory, made if missing; one that was there keeps its mode.

    Raises: EmbeddedUnavailable when it cannot be made.
    """
    try:
        directory.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedUnavailable(
            f"Cannot make {directory} ({error.strerror}): set VAR_DIR to a directory that you may write to"
        ) from error
    return directory


def made_ours(directory: Path, mode: int = 0o700) -> Path:
    """The directory, made if missing, with this mode.

    Raises: EmbeddedUnavailable when it cannot be made, or is a link or another user's: in a shared
    temporary directory anybody may have been there first.
    """
    found = made(directory, mode).lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise EmbeddedUnavailable(f"{directory} belongs to somebody else: remove it, or set another VAR_DIR")
    directory.chmod(mode)
    return directory


def shared_mode() -> int:
    """Mode of the directories on the way to PostgreSQL's: as root it runs as another user, who must pass."""
    return 0o711 if os.getuid() == 0 else 0o700


@contextmanager
def locked() -> Iterator[None]:
    """Hold the file lock of VAR_DIR, waiting for it; the kernel frees it when its holder is killed."""
    made(var_dir())
    made_ours(var_dir() / "log", shared_mode())
    made_ours(sockets_dir(), shared_mode())
    with (var_dir() / "embedded.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
