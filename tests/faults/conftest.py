"""A place for servers that run as another user."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A directory of its own. Not tmp_path: every pytest run closes the parent of all of those to other
    users, and as root PostgreSQL is another user."""
    path = Path(tempfile.mkdtemp(prefix="gongji-test-"))
    yield path
    shutil.rmtree(path)
