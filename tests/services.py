"""Embedded services for the test run, under their own VAR_DIR, so that no test touches the demo's data.

A plugin instead of a conftest, because pytest-django reads the settings before any conftest is loaded.
With pytest-xdist the controller starts the services and ends them; its workers inherit VAR_DIR.
KEEP_SERVICES=1 leaves them running for the next run.
"""

import os

import pytest

from config import embedded
from config.compile_messages import compile_messages

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ

if not IS_WORKER:
    os.environ["VAR_DIR"] = str(embedded.var_dir() / "test")
    os.environ["EMBEDDED_FSYNC"] = "off"
    os.environ["STATIC_MANIFEST"] = "off"
    (embedded.var_dir() / "static").mkdir(parents=True, exist_ok=True)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if IS_WORKER:
        return
    compile_messages()
    try:
        embedded.start_unless_given()
    except embedded.EmbeddedUnavailable as unavailable:
        pytest.exit(str(unavailable), returncode=2)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if not IS_WORKER and os.environ.get("KEEP_SERVICES") != "1":
        embedded.stop()
