"""Places, addresses and keys of the embedded services; nothing is started here."""

import stat
import subprocess
import sys
from pathlib import Path

import environ
import pytest
import redis

from config import embedded
from config.embedded.places import CHECKOUT, LONGEST_SOCKET, SHORT_ROOT, made_ours, sockets_dir


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A VAR_DIR of its own, short enough for sockets."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "v"))
    return tmp_path / "v"


def test_the_database_url_leads_django_to_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", "/srv/gongji")
    found = environ.Env().db_url_config(embedded.urls().database)
    assert (found["HOST"], found["NAME"], found["USER"]) == ("/srv/gongji/run/postgres", "gongji", "gongji")


def test_the_queue_url_leads_redis_to_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", "/srv/gongji")
    found = redis.ConnectionPool.from_url(embedded.urls().redis).connection_kwargs
    assert (found["path"], found["db"]) == ("/srv/gongji/run/valkey.sock", 0)


def test_var_dir_is_var_in_the_checkout_unless_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VAR_DIR")
    assert embedded.var_dir() == CHECKOUT / "var"


def test_a_relative_var_dir_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAR_DIR", "data")
    assert embedded.var_dir() == tmp_path / "data"


def test_asking_for_addresses_makes_nothing(home: Path) -> None:
    embedded.urls()
    assert not home.exists()


@pytest.mark.parametrize("name", ["d" * 90, "my files", "共济"])
def test_a_deep_or_odd_var_dir_keeps_its_sockets_in_a_short_place(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", f"/srv/{name}")
    sockets = sockets_dir()
    assert sockets.parent == SHORT_ROOT
    assert len(str(sockets / "postgres" / ".s.PGSQL.5432")) <= LONGEST_SOCKET
    assert environ.Env().db_url_config(embedded.urls().database)["HOST"] == str(sockets / "postgres")


def test_two_deep_var_dirs_have_different_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    found = set()
    for name in ("a" * 100, "b" * 100):
        monkeypatch.setenv("VAR_DIR", f"/srv/{name}")
        found.add(sockets_dir())
    assert len(found) == 2


def test_a_link_in_place_of_our_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "ours").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(embedded.EmbeddedUnavailable, match="belongs to somebody else"):
        made_ours(tmp_path / "ours")


def test_a_var_dir_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(embedded.EmbeddedUnavailable, match="set VAR_DIR"):
        embedded.start()


def test_the_database_decides_whether_the_embedded_mode_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://queue/0")
    monkeypatch.setenv("DATABASE_URL", "")
    assert embedded.in_use()
    monkeypatch.setenv("DATABASE_URL", "postgres://database/gongji")
    assert not embedded.in_use()


def test_a_key_is_made_once_and_for_its_owner_alone(home: Path) -> None:
    first = embedded.local_secret("DIGEST_KEY")
    assert len(bytes.fromhex(first)) == 32
    assert embedded.local_secret("DIGEST_KEY") == first
    assert embedded.local_secret("SECRET_KEY") != first
    assert stat.S_IMODE((home / "keys" / "DIGEST_KEY").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700


def test_processes_that_ask_for_a_key_first_together_get_the_same(home: Path) -> None:
    script = "from config.embedded.keys import local_secret; print(local_secret('SEALING_KEY'))"
    asking = [
        subprocess.Popen([sys.executable, "-c", script], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    assert len({process.communicate()[0] for process in asking}) == 1
    assert [path.name for path in (home / "keys").iterdir()] == ["SEALING_KEY"]


def test_a_missing_wheel_is_told_with_both_ways_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(embedded.EmbeddedUnavailable, match=r"make install.*DATABASE_URL"):
        embedded.start()
