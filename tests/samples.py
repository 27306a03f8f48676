"""The sample files of a small prefecture, with their answer key (`expected.json`): fictional people all of them."""

from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parent / "data"


@pytest.fixture(scope="session")
def samples() -> Path:
    return SAMPLES
