"""The sample files with their answer key: beside the checkout, or where GONGJI_SAMPLES says."""

import os
from pathlib import Path

import pytest

SAMPLES = Path(os.environ.get("GONGJI_SAMPLES") or Path(__file__).resolve().parents[2] / "shared" / "samples")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the samples; a test that asks for it is skipped where it is not there."""
    if not SAMPLES.is_dir():
        pytest.skip(f"the sample files are not in {SAMPLES}")
    return SAMPLES
