"""A place for servers that run as another user."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def _open_directory() -> Iterator[Path]:
    """Not tmp_path: every pytest run closes the parent of all of those to other users, and as root PostgreSQL is
    another user."""
    path = Path(tempfile.mkdtemp(prefix="gongji-test-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A directory of its own."""
    with _open_directory() as path:
        yield path


@pytest.fixture(scope="session")
def shared_path() -> Iterator[Path]:
    """One directory for the demos that need not start from nothing, whatever runs in between."""
    with _open_directory() as path:
        yield path
