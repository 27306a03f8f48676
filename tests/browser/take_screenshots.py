"""The pictures of docs/images, taken from the demo's data: `make screenshots`.

Run as a test, because it needs what a test has: a database of its own, the running site, a browser.
"""

from __future__ import annotations

import struct
import subprocess
import zlib
from datetime import timedelta

import pytest
from django.db.models import Count, F, Q
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import InsuredPerson, Staff
from accounts.services.jobs import enqueue
from accounts.services.status_events import EventKind, StatusEvent, record_event_of_person
from config.embedded.places import CHECKOUT
from families.demo import seed
from families.models import RegionPolicy, RegistrationCase
from families.models.case import OPEN, CaseState
from families.models.policy import PolicyState
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk
from tests.samples import SAMPLES

IMAGES = CHECKOUT / "docs" / "images"
WIDTH, HEIGHT = 1280, 800
MOST_BYTES = 320_000


@pytest.fixture
def demo(committed_db: None) -> None:
    seed(households=150)
    let_some_wait()


def staff(username: str) -> Staff:
    return Staff.objects.select_related("region").get(username=username)


def take(desk: Desk, name: str, *, whole: bool = False) -> None:
    """`whole`: the page to its end, instead of what a desk's screen shows."""
    desk.page.wait_for_load_state("networkidle")
    picture = IMAGES / f"{name}.png"
    desk.page.screenshot(path=picture, full_page=whole)
    assert picture.stat().st_size <= MOST_BYTES


def tall_enough(desk: Desk) -> None:
    """A screen that holds the whole page, so that the frame around it is drawn once."""
    height = desk.page.evaluate("() => document.querySelector('#main, #page, body').scrollHeight")
    desk.page.set_viewport_size({"width": WIDTH, "height": max(HEIGHT, height)})


def free_family() -> tuple[InsuredPerson, list[InsuredPerson]]:
    """An owner with money, somebody to be the spouse and a child, all in no group and at ease with one another."""
    free = InsuredPerson.objects.filter(
        region="421002", status="1", memberships__isnull=True, cases_as_owner__isnull=True
    ).order_by("pk")
    for owner in free.filter(insutype="310", gender="1", account__current_year__gt=100):
        near = {"born_on__year__range": (owner.born_on.year - 4, owner.born_on.year + 4)}
        spouse = free.filter(gender="2", insutype="310", **near).first()
        young = {"born_on__year__gte": owner.born_on.year + 22, "name__startswith": owner.name[0]}
        child = free.filter(insutype="390", **young).first()
        if spouse and child:
            return owner, [spouse, child]
    raise AssertionError("The demo has no such family: seed more households")


def let_some_wait() -> None:
    """The demo is made in a minute: two thirds of what is open stand for up to ten days."""
    for case in RegistrationCase.objects.filter(state__in=OPEN):
        days = timedelta(days=case.pk % 11 if case.pk % 3 else 0)
        RegistrationCase.objects.filter(pk=case.pk).update(
            handled_at=F("handled_at") - days, submitted_at=F("submitted_at") - days
        )


def largest_family() -> RegistrationCase:
    """Four members, all of them still there."""
    effective = RegistrationCase.objects.filter(state=CaseState.EFFECTIVE, region="421002", group__dissolved_on=None)
    counted = effective.annotate(
        now=Count("group__members", filter=Q(group__members__left_on=None)), ever=Count("group__members")
    )
    return counted.filter(now=4, ever=4).order_by("pk").first()


def test_screenshots(desk_of: OpenDesk, demo: None) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    guest = desk_of(None)
    guest.go("/")
    take(guest, "sign-in")

    counter = desk_of(staff("jingban"))
    counter.go("/counter/")
    take(counter, "clerk-day")
    at_the_counter(counter)

    supervisor = desk_of(staff("zhuguan"))
    supervisor.go("/cases/in-hand/")
    take(supervisor, "work-in-hand")

    review = desk_of(staff("fuhe"))
    review.go("/cases/")
    take(review, "review-queue")
    review.page.locator("#gj-main table a").first.click()
    review.page.wait_for_url("**/cases/*/")
    tall_enough(review)
    take(review, "review")

    review.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    review.go("/duplicates/")
    review.page.locator("#gj-main table a").first.click()
    review.page.wait_for_url("**/duplicates/*/")
    tall_enough(review)
    take(review, "duplicates")

    effective = largest_family()
    counter.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    counter.go(f"/groups/{effective.group_id}/")
    counter.page.locator(".gj-kin .seat-3").hover()
    take(counter, "group")
    hand_over(counter, effective)
    counter.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    counter.go(f"/persons/{effective.owner_id}/")
    take(counter, "person")
    draft = RegionPolicy.objects.get(state=PolicyState.DRAFT)
    publisher = desk_of(staff("sheng"))
    publisher.go(f"/policies/{draft.pk}/")
    take(publisher, "policy")
    publisher.go(f"/policies/{draft.pk}/impact/")
    take(publisher, "policy-impact")
    auditor = desk_of(staff("jihe"))
    auditor.go(f"/persons/{effective.owner_id}/trail/")
    take(auditor, "trail")
    a_job_of_each_kind(counter)
    for paper, address in (("receipt", "receipt.pdf"), ("form", "form.pdf")):
        draw(counter.page.request.get(f"/cases/{effective.pk}/{address}").body(), paper)


def test_screenshots_of_the_workbench(desk_of: OpenDesk, clerk: Staff, reviewer: Staff, roster: None) -> None:
    """A file as an office sends it, read, opened and under review."""
    for one, name in ((clerk, "周文清"), (reviewer, "路文静")):
        Staff.objects.filter(pk=one.pk).update(full_name=name)
    desk = desk_of(clerk)
    for file in ("registrations_gb18030.csv", "registrations_bureau.xlsx"):
        desk.go("/imports/")
        desk.page.locator("[name=file]").set_input_files(SAMPLES / file)
        desk.page.keyboard.press("Control+Enter")
        expect(desk.page.locator("#families")).to_be_visible(timeout=60_000)
    batch = desk.page.url
    desk.press("仅登记")
    desk.sees("已确认，待他人复核。")
    desk.go("/imports/")
    take(desk, "imports")
    review = desk_of(reviewer)
    review.go(f"{batch}review/")
    take(review, "import-review")
    review.page.locator("[name=reason]").fill("请先更正其余各户")
    review.press("退回")
    review.page.wait_for_url("**/cases/")
    desk.go(batch)
    desk.page.get_by_role("link", name="GJ00100003").click()
    expect(desk.page.locator(".gj-opened")).to_be_visible()
    desk.page.set_viewport_size({"width": WIDTH, "height": 1300})
    desk.page.evaluate("() => document.querySelector('.gj-figures').scrollIntoView({block: 'end'})")
    desk.page.mouse.wheel(0, -2000)
    take(desk, "import-batch")


def hand_over(counter: Desk, case: RegistrationCase) -> None:
    """The family's second payer becomes the owner, for a death."""
    counter.go(f"/counter/groups/{case.group_id}/?kind=hand_over")
    counter.page.locator("#gj-main a[href*=successor]").first.click()
    counter.page.wait_for_url("**successor=*")
    counter.page.locator("input[name$=-leaves]").first.check()
    with counter.page.expect_response(lambda answer: answer.url.endswith("/check/")):
        counter.page.locator("[name=cause]").select_option("death")
    tall_enough(counter)
    take(counter, "hand-over")


def draw(pdf: bytes, name: str) -> None:
    """The first page of a paper, in 16 shades of grey."""
    command = ["pdftoppm", "-gray", "-singlefile", "-scale-to-x", str(WIDTH), "-scale-to-y", "-1", "-"]
    pgm = subprocess.run(command, input=pdf, check=True, capture_output=True).stdout
    width, height = (int(number) for number in pgm.split(maxsplit=3)[1:3])
    picture = png_of(pgm[-width * height :], width, height)
    (IMAGES / f"{name}.png").write_bytes(picture)


def png_of(pixels: bytes, width: int, height: int) -> bytes:
    """`pixels`: one byte each, row by row; `width`: even. Two pixels to a byte (PNG, greyscale of 4 bits)."""
    nearest = bytes(round(shade / 17) for shade in range(256))
    shades = pixels.translate(nearest)
    pairs = bytes(left << 4 | right for left, right in zip(shades[::2], shades[1::2], strict=True))
    step = width // 2
    rows = b"".join(b"\0" + pairs[start : start + step] for start in range(0, len(pairs), step))
    head = struct.pack(">IIBBBBB", width, height, 4, 0, 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def tell(person: InsuredPerson, kind: str, note: str) -> None:
    """A status event of today."""
    person.refresh_from_db()
    event = StatusEvent(EventKind(kind), timezone.localdate(), note)
    clerk = Staff.objects.get(username="jingban")
    record_event_of_person(person_id=person.pk, version=person.version, event=event, by=clerk)


def at_the_counter(counter: Desk) -> None:
    """A person found, a family with somebody who fails, the family without, stored as a draft."""
    owner, (spouse, child) = free_family()
    counter.open_counter(owner)
    take(counter, "counter-person")
    tell(child, "ended", "待核实参保信息")
    counter.add_member(1, spouse.certno, "10", rank="2", limit="2000.00")
    counter.add_member(2, child.certno, "20" if child.gender == "1" else "30")
    expect(counter.verdict.locator(".gj-person-verdict.fail")).to_be_visible()
    tall_enough(counter)
    take(counter, "counter-check")
    tell(child, "resumed", "已核实")
    counter.save()
    tall_enough(counter)
    take(counter, "counter-draft")


def a_job_of_each_kind(counter: Desk) -> None:
    clerk = staff("jingban")
    heading, *rows = (SAMPLES / "persons.csv").read_text(encoding="utf-8-sig").splitlines()
    own = [row for row in rows if ",421002," in row]
    good = "\n".join([heading, *own]).encode()
    short = own[3].rsplit(",", 1)[0]
    bad = "\n".join([heading, *own[:3], f"{short},12.345", own[4].replace(",421002,", ",421003,")]).encode()
    for name, content in (("在职人员_2026年11月.csv", good), ("居民参保_更正.csv", bad)):
        enqueue(kind="import_persons", by=clerk, file=(name, content))
    counter.go("/jobs/")
    expect(counter.page.locator(".gj-badge.done, .gj-badge.refused")).to_have_count(2, timeout=60_000)
    take(counter, "jobs")
