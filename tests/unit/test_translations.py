"""Every text that a person can read has its Chinese, with the same placeholders, and without gettext's xgettext."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

from config.compile_messages import LOCALE
from tests.own import APPS

ROOT = LOCALE.parent
OURS = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"
CATALOGUES = sorted(LOCALE.rglob("*.po"))
# Where each function has its msgid, and where its context.
FUNCTIONS = {"_": 0, "gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "ngettext": 0, "ngettext_lazy": 0}
IN_CONTEXT = {"pgettext": 1, "pgettext_lazy": 1, "npgettext": 1, "npgettext_lazy": 1}
# What templatize makes of a template is text with calls strewn in, not a program.
CALL = re.compile(r"\b(?P<name>n?p?gettext|_)\((?P<arguments>(?:\s*u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"),?)+)")
SAME_IN_BOTH = {"HTTP Accept"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|<[^>]+>")

Text = tuple[str, str]
"""Context (may be empty) and msgid."""


def _texts_of(call: ast.Call) -> Iterator[Text]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    place = (FUNCTIONS | IN_CONTEXT).get(name)
    if place is None or len(call.args) <= place:
        return
    texts = [argument.value for argument in call.args[: place + 1] if isinstance(argument, ast.Constant)]
    if len(texts) == place + 1 and all(isinstance(text, str) for text in texts):
        yield ("" if place == 0 else str(texts[0]), str(texts[-1]))


def _texts_in_python(path: Path) -> Iterator[Text]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield from _texts_of(node)


def _texts_in_template(path: Path) -> Iterator[Text]:
    for match in CALL.finditer(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        call = ast.parse(f"{match['name']}({match['arguments']})", mode="eval").body
        if isinstance(call, ast.Call):
            yield from _texts_of(call)


def _texts_under(directory: Path, *, but: tuple[str, ...] = ()) -> set[Text]:
    texts: set[Text] = set()
    for path in sorted(directory.rglob("*")):
        if not set(but).isdisjoint(path.relative_to(directory).parts):
            continue
        if path.suffix == ".py":
            texts.update(_texts_in_python(path))
        elif path.suffix in {".html", ".txt"}:
            texts.update(_texts_in_template(path))
    return texts - {("", "")}


def _packages() -> dict[str, Path]:
    """The installed apps of others that ship code here; Django itself brings its own Chinese."""
    found = {}
    for app in settings.INSTALLED_APPS:
        spec = find_spec(app.split(".apps.")[0])
        if spec and spec.origin and not app.startswith("django.") and ROOT / app != Path(spec.origin).parent:
            found[app] = Path(spec.origin).parent
    return found


def _entries(path: Path) -> dict[Text, polib.POEntry]:
    return {(entry.msgctxt or "", entry.msgid): entry for entry in polib.pofile(str(path), encoding="utf-8")}


def _chinese(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _placeholders(text: str) -> list[str]:
    fields = [
        f"{{{name}}}" for _literal, name, _format, _conversion in string.Formatter().parse(text) if name is not None
    ]
    return sorted(fields + PLACEHOLDER.findall(text))


def _known_to_django(text: Text) -> bool:
    context, msgid = text
    with translation.override("zh-hans"):
        chinese = translation.pgettext(context, msgid) if context else translation.gettext(msgid)
    return chinese != msgid or msgid in SAME_IN_BOTH


def test_every_text_of_ours_is_in_the_catalogue_and_nothing_else_is() -> None:
    used: set[Text] = set()
    for directory in (*APPS, "config", "templates"):
        used |= _texts_under(ROOT / directory)
    known = set(_entries(OURS))
    assert sorted(used - known) == [], "run `make messages`, then translate"
    assert sorted(known - used) == [], "run `make messages`"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(LOCALE)))
def test_no_entry_is_empty_fuzzy_or_left_in_english(path: Path) -> None:
    for entry in polib.pofile(str(path), encoding="utf-8"):
        assert not entry.fuzzy, entry.msgid
        assert all(_chinese(entry)), entry.msgid
        assert entry.msgid in SAME_IN_BOTH or all(re.search("[、：（一-鿿]", text) for text in _chinese(entry)), (
            entry.msgid
        )


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(LOCALE)))
def test_the_chinese_has_the_placeholders_of_the_english(path: Path) -> None:
    for entry in polib.pofile(str(path), encoding="utf-8"):
        for text in _chinese(entry):
            assert _placeholders(text) == _placeholders(entry.msgid_plural or entry.msgid), entry.msgid


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(LOCALE)))
def test_chinese_sentences_are_punctuated_in_full_width(path: Path) -> None:
    for entry in polib.pofile(str(path), encoding="utf-8"):
        for text in _chinese(entry):
            assert not re.search(r"[一-鿿][,;:!?(]|[)!?;][一-鿿]|[一-鿿]\.(?![a-z])", text), text
            is_sentence = entry.msgid.strip().endswith(".") and not entry.msgid.lower().endswith("no.")
            assert is_sentence == text.strip().endswith(("。", "……")), text


@pytest.mark.parametrize("app", sorted(_packages()))
def test_every_text_of_a_package_has_its_chinese(app: str) -> None:
    own = ("contrib", "unfold_crispy", "tests") if app == "unfold" else ("tests",)
    untranslated = [text for text in _texts_under(_packages()[app], but=own) if not _known_to_django(text)]
    assert sorted(untranslated) == [], "add them to locale/third_party"


def test_a_name_is_a_persons_and_a_regions_is_told_apart() -> None:
    with translation.override("zh-hans"):
        assert translation.gettext("name") == "姓名"
        assert translation.pgettext("of a region", "name") == "名称"
