"""Official papers as PDF: a typst template of `templates/pdf` filled with the data of one case.

What goes in is data and stays data: it reaches typst as JSON in `sys.inputs`, never as markup, so a name
like `#set page()` is printed as it is written. What comes out is the same on every machine and at every
hour: the fonts are those of the wheel `justmytype-intl-cjk` alone, the creation date is the data's
`printed_at`. Papers meet PDF/UA-1 (read aloud, searchable) and PDF/A-2u (kept for decades); both
standards forbid a character without a glyph, so no paper leaves with a box in it. A character that no
font has is printed as its code point, 〔U+2C386〕, for the clerk to write in by hand.

The papers are in Chinese whatever the screen's language: they are the bureau's, and are filed as such.
The data contract of each template is a TypedDict of the app that prints it. Money is `Decimal` in yuan, days
are `date`, times are aware `datetime`. Every key is required; where an empty string or None is allowed
the contract says so.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, singledispatch
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typst
from fontTools.ttLib import TTFont

if TYPE_CHECKING:
    from typst import PDFStandards

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "pdf"
BUREAU_TIME = ZoneInfo("Asia/Shanghai")
CENT = Decimal("0.01")
# The order of fallback, as in house.typ. The wheel's SC draws 20,976 of the 20,992 basic ideographs, 6,582 of
# the 6,592 of Extension A, but only 54 of Extension B; TC, JP and KR add 2,046 of those.
FONT_FAMILIES = ("Noto Sans SC", "Noto Sans TC", "Noto Sans JP", "Noto Sans KR")
TAGGED: "PDFStandards" = ["ua-1", "a-2u"]
PLAIN: "PDFStandards" = ["a-2u"]


class PrintingFault(Exception):
    """A paper cannot be printed; says which template and what is wrong with the data, never a value."""

    def __init__(self, template: str, reason: str) -> None:
        super().__init__(f"{template}: {reason}")
        self.template = template
        self.reason = reason


class _NotPrintable(TypeError):
    """A value of the data that has no printed form; carries the place, `members.2.yearly_limit`."""


def render_pdf(template: str, data: Mapping[str, object], *, tagged: bool = True) -> bytes:
    """Print `templates/pdf/<template>.typ` with the data; safe to call from many threads.

    `data`: the template's contract above; must hold `printed_at`, which becomes the file's date.
    `tagged`: False for reports of many pages, where tags cost memory (MEASURED.md "PDF").
    Raises: PrintingFault for an unknown template, a missing key, or a value of the wrong kind.
    """
    source = _source(template)
    printed_at = data.get("printed_at")
    if not isinstance(printed_at, datetime) or printed_at.tzinfo is None:
        raise PrintingFault(template, "printed_at must be an aware datetime")
    try:
        inputs = {"data": json.dumps(_plain(data, ""), ensure_ascii=False)}
        compiler = typst.Compiler(source, root=TEMPLATES, font_paths=_fonts(), sys_inputs=inputs)
        pdf = compiler.compile(
            format="pdf",
            pdf_standards=TAGGED if tagged else PLAIN,
            pdf_tags=tagged,
            timestamp=int(printed_at.timestamp()),
        )
    except (_NotPrintable, typst.TypstError) as fault:
        # from None: typst's diagnostic quotes the text at fault, which may be personal data
        raise PrintingFault(template, _reason(fault)) from None
    if not isinstance(pdf, bytes):
        raise PrintingFault(template, "typst returned no document")
    return pdf


def _source(template: str) -> Path:
    path = TEMPLATES / f"{template}.typ"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", template) or not path.is_file():
        raise PrintingFault(template, "there is no such template")
    return path


def _reason(fault: Exception) -> str:
    message = str(fault).splitlines()[0]
    return "a character has no glyph" if "could not be displayed" in message else message


def _font_directory() -> Path:
    return Path(str(files("justmytype_intl_cjk") / "fonts"))


def sans_font() -> Path:
    """The file of the first of FONT_FAMILIES, for whoever draws Chinese text into a picture."""
    return next(_font_directory().rglob("NotoSansSC*.ttf"))


@cache
def _fonts() -> typst.Fonts:
    """The wheel's fonts and no other; opened once, shared by all threads."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_font_directory())])


@cache
def _drawn_characters() -> frozenset[int]:
    """The code points that at least one of FONT_FAMILIES draws."""
    paths = {Path(font.path) for font in _fonts().fonts() if font.path and font.family in FONT_FAMILIES}
    drawn: set[int] = set()
    for path in paths:
        with TTFont(path, lazy=True) as font:
            drawn.update(font.getBestCmap())
    return frozenset(drawn)


def _drawn(character: str) -> str:
    if ord(character) in _drawn_characters():
        return character
    category = unicodedata.category(character)
    if category in {"Cc", "Zs", "Zl", "Zp"}:
        return " "
    if category in {"Cf", "Mn"}:  # joiners, direction marks, variation selectors: nothing to see
        return ""
    return f"〔U+{ord(character):04X}〕"


@singledispatch
def _plain(value: object, place: str) -> object:
    """The value as JSON carries it to the template; floats and unknown types are refused."""
    raise _NotPrintable(f"{place} is a {type(value).__name__}, which has no printed form")


@_plain.register
def _(value: None, place: str) -> None:
    return value


@_plain.register
def _(value: int, place: str) -> int:
    return value


@_plain.register
def _(value: str, place: str) -> str:
    return "".join(map(_drawn, value))


@_plain.register
def _(value: Decimal, place: str) -> str:
    if not value.is_finite() or value != value.quantize(CENT):
        raise _NotPrintable(f"{place} is not an amount in yuan with two decimals")
    return f"{value:.2f}"


@_plain.register
def _(value: date, place: str) -> str:
    return value.isoformat()


@_plain.register
def _(value: datetime, place: str) -> str:
    if value.utcoffset() is None:
        raise _NotPrintable(f"{place} is a time without a zone")
    return value.astimezone(BUREAU_TIME).strftime("%Y-%m-%d %H:%M:%S")


@_plain.register(Mapping)
def _(value: Mapping[str, object], place: str) -> dict[str, object]:
    return {key: _plain(item, f"{place}.{key}".lstrip(".")) for key, item in value.items()}


@_plain.register(list | tuple)
def _(value: Sequence[object], place: str) -> list[object]:
    return [_plain(item, f"{place}.{number}") for number, item in enumerate(value)]
