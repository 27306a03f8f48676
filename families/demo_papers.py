"""The papers of the demo's cases: drawn, marked 样本 all over, and like no real certificate."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

from accounts.models import InsuredPerson, Staff
from accounts.printing import sans_font
from accounts.services.papers import Upload
from families.models import CaseDocument, RegistrationCase
from families.services.documents import add_document, replace_document

CARD, SHEET = (1000, 630), (1000, 1400)
INK, MARK, RULE = (40, 60, 70), (200, 60, 50), (150, 170, 175)
GROUNDS = {"id_card": (232, 240, 246), "marriage_certificate": (250, 226, 224), "household_register": (246, 240, 224)}


def file_papers(case: RegistrationCase, *, by: Staff, but_last: bool = False) -> None:
    """An ID card of each, the first one replaced, and a household register as a PDF of two pages."""
    persons = [line.person for line in case.lines.select_related("person").order_by("position")]
    cards = [
        _add(case, f"IMG_{number}.jpg", _card(person), kind="id_card", person=person, by=by)
        for number, person in enumerate(persons[:-1] if but_last else persons, start=2031)
    ]
    clearer = Upload("IMG_2040.jpg", _card(persons[0], "第二次拍摄"))
    replace_document(document_id=cards[0].pk, upload=clearer, reason="首次拍摄反光，看不清", by=by)
    facts = [f"户主　{persons[0].name}", *(f"成员　{person.name}" for person in persons[1:])]
    sheets = draw_sheets(title="居民户口簿", facts=facts)
    _add(case, "户口簿.pdf", sheets, kind="household_register", person=None, by=by)


def _add(
    case: RegistrationCase, name: str, content: bytes, *, kind: str, person: InsuredPerson | None, by: Staff
) -> CaseDocument:
    upload = Upload(name, content)
    return add_document(case_id=case.pk, kind=kind, person_id=person.pk if person else None, upload=upload, by=by)


def _card(person: InsuredPerson, *more: str) -> bytes:
    """With stars: a number in full stands on no picture, not even an invented one."""
    gender = "男" if person.gender == "1" else "女"
    facts = [f"姓名　{person.name}", f"性别　{gender}", f"号码　{person.masked_number}", *more]
    return draw_paper("id_card", title="居民身份证", facts=facts)


def draw_paper(kind: str, *, title: str, facts: list[str]) -> bytes:
    """A JPEG of about 60 KB. `facts`: the lines that stand on it."""
    picture = Image.new("RGB", CARD if kind == "id_card" else SHEET, GROUNDS.get(kind, (247, 247, 243)))
    pen = ImageDraw.Draw(picture)
    pen.rectangle([20, 20, picture.width - 21, picture.height - 21], outline=RULE, width=4)
    pen.text((picture.width / 2, 90), title, fill=INK, font=_font(58), anchor="mm")
    for row, fact in enumerate(facts):
        pen.text((110, 190 + row * 84), fact, fill=INK, font=_font(40))
    _mark(picture)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def draw_sheets(*, title: str, facts: list[str]) -> bytes:
    """A PDF of two pages, as a scanner writes it."""
    pages = [Image.open(io.BytesIO(draw_paper("sheet", title=title, facts=facts[at::2]))) for at in (0, 1)]
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=120)
    return buffer.getvalue()


def _mark(picture: Image.Image) -> None:
    layer = Image.new("L", picture.size)
    pen = ImageDraw.Draw(layer)
    for top in range(120, picture.height - 300, 420):
        pen.text((picture.width * 0.68, top + 120), "样本", fill=90, font=_font(190), anchor="mm")
    picture.paste(Image.new("RGB", picture.size, MARK), mask=layer.rotate(14))


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(sans_font()), size)
    font.set_variation_by_axes([500])  # the file's own weight is its thinnest
    return font
