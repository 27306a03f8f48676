"""What browsers are told to refuse, and that a production start has no warning left."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from tests.factories import make_staff

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def desk(regions: None) -> Client:
    client = Client()
    client.force_login(make_staff("clerk"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/counter/", "/admin/accounts/insuredperson/", "/never/there", "/adjustments/"])
def test_every_page_refuses_foreign_content_frames_and_caches(desk: Client, path: str) -> None:
    headers = desk.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert policy["form-action"] == policy["base-uri"] == "'self'"
    assert not any("http" in sources or "*" in sources for sources in policy.values())
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.django_db
def test_the_sign_in_page_has_the_same_rules(regions: None) -> None:
    headers = Client().get("/admin/login/").headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.django_db
def test_a_nul_in_an_address_is_a_bad_request(desk: Client) -> None:
    for path in ("/admin/accounts/insuredperson/?status__exact=%00", "/admin/accounts/staff/%00/change/", "/%00"):
        assert desk.get(path).status_code == 400


def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    """In production's settings: a named database, keys given, nothing embedded."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgres://gongji@127.0.0.1/gongji",
        "REDIS_URL": "redis://127.0.0.1/0",
        "ALLOWED_HOSTS": "gongji.example",
        **{name: secrets.token_hex(32) for name in ("SECRET_KEY", "SEALING_KEY", "DIGEST_KEY")},
    }
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_production_start_has_no_warning_left() -> None:
    checked = manage("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


def test_in_production_cookies_travel_over_tls_alone_and_browsers_remember_it() -> None:
    program = (
        "from config import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.DEBUG, s.PROXY_COUNT, s.SECURE_PROXY_SSL_HEADER)"
    )
    assert manage("-c", program).stdout.split() == ["True", "True", "True", "31536000", "False", "0", "None"]
