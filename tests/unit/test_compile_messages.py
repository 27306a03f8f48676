"""Translations become what Django reads, without gettext installed."""

import gettext
import os
from pathlib import Path

import pytest

from config.compile_messages import compile_messages

SOURCE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n"

msgid "Family mutual aid"
msgstr "家庭共济"

msgid "Untranslated"
msgstr ""

#, fuzzy
msgid "Guessed"
msgstr "猜测"
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_a_translation_is_read_back_and_a_missing_or_fuzzy_one_stays_english(source: Path) -> None:
    [compiled] = compile_messages(source.parent)
    with compiled.open("rb") as file:
        texts = gettext.GNUTranslations(file)
    assert texts.gettext("Family mutual aid") == "家庭共济"
    assert texts.gettext("Untranslated") == "Untranslated"
    assert texts.gettext("Guessed") == "Guessed"


def test_only_what_changed_is_compiled_again(source: Path) -> None:
    compile_messages(source.parent)
    assert compile_messages(source.parent) == []
    later = source.with_suffix(".mo").stat().st_mtime + 5
    os.utime(source, (later, later))
    assert compile_messages(source.parent) == [source.with_suffix(".mo")]
