"""`python -m config.compile_messages`: translations as Django reads them, without gettext's msgfmt.

Invariant: a .mo file is whole and as new as its .po file; other processes never see half of one.
"""

import os
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_messages(root: Path = LOCALE) -> list[Path]:
    """Compile every .po under `root` that changed since; returns the .mo files written.

    Fuzzy and empty translations are left out, so that the English text shows instead.
    Raises: OSError, naming file and line, for a .po file that cannot be read.
    """
    return [_compiled(source) for source in sorted(root.rglob("*.po")) if _is_stale(source)]


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compiled(source: Path) -> Path:
    target = source.with_suffix(".mo")
    draft = target.with_suffix(f".mo.{os.getpid()}")
    polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(draft))
    draft.replace(target)
    return target


if __name__ == "__main__":
    compile_messages()
