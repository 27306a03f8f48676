"""The keys as operators write them: what stops the start, and that no message quotes a key."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.rules.sealing import Keyring, open_sealed, seal
from config.sealing_keys import read_key, read_keys

ONE, TWO = "11" * 32, "22" * 32


def test_keys_keep_their_order_and_the_first_one_seals() -> None:
    keys = read_keys("SEALING_KEYS", f"2:{TWO}, 1:{ONE}")
    assert list(keys.items()) == [(2, bytes.fromhex(TWO)), (1, bytes.fromhex(ONE))]


def test_after_a_change_of_key_old_values_open_and_new_ones_carry_the_new_key() -> None:
    old = read_keys("SEALING_KEYS", f"1:{ONE}")
    both = read_keys("SEALING_KEYS", f"2:{TWO},1:{ONE}")
    before = seal("11010519491231002X", bound_to="person:1:certno", keyring=Keyring(old, current=1))
    ring = Keyring(both, current=next(iter(both)))
    after = seal("11010519491231002X", bound_to="person:1:certno", keyring=ring)
    assert open_sealed(before, bound_to="person:1:certno", keyring=ring) == "11010519491231002X"
    assert (before[1:3], after[1:3]) == (b"\x00\x01", b"\x00\x02")


@pytest.mark.parametrize(
    "text",
    ["", ONE, f"x:{ONE}", f"-1:{ONE}", f"65536:{ONE}", "1:", "1:zz", f"1:{ONE[:-2]}", f"1:{ONE}ff",
     f"1:{ONE},1:{TWO}", f"1:{ONE},", f"²:{ONE}", f"1:{ONE};2:{TWO}"],
)  # fmt: skip
def test_keys_that_are_written_wrong_stop_the_start_and_are_not_quoted(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SEALING_KEYS") as refusal:
        read_keys("SEALING_KEYS", text)
    assert ONE[:8] not in str(refusal.value)


@pytest.mark.parametrize("text", ["", "short", "11" * 31, "11" * 33])
def test_a_single_key_has_32_bytes(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DIGEST_KEY"):
        read_key("DIGEST_KEY", text)


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """A production start with these keys, as far as the settings."""
    given = {
        "DATABASE_URL": "postgres://gongji@127.0.0.1/gongji",
        "REDIS_URL": "redis://127.0.0.1/0",
        "SECRET_KEY": "s" * 64,
        "DIGEST_KEY": ONE,
        "ALLOWED_HOSTS": "gongji.example",
        "PATH": os.environ["PATH"],
    }
    program = "from config import settings; print(list(settings.SEALING_KEYS))"
    return subprocess.run(
        [sys.executable, "-c", program],
        env=given | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_starts_with_the_list_of_keys_alone() -> None:
    started = start(SEALING_KEYS=f"2:{TWO},1:{ONE}")
    assert (started.returncode, started.stdout.strip()) == (0, "[2, 1]")


def test_production_starts_with_one_key() -> None:
    assert start(SEALING_KEY=ONE).stdout.strip() == "[1]"


def test_production_without_any_sealing_key_is_refused_by_name() -> None:
    refused = start()
    assert refused.returncode == 1
    assert "ImproperlyConfigured: SEALING_KEY must be set" in refused.stderr
