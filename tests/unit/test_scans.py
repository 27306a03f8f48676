"""Scans and photographs: what they are is found from their content, and what is no paper is refused in words."""

from __future__ import annotations

import io

import pytest
from django.utils import translation
from PIL import Image

from accounts.scans.limits import ScanLimits
from accounts.scans.reader import read_scan
from accounts.scans.refusals import ScanReason, ScanRefused
from tests.files.scans import HOSTILE_SCANS, pdf, photograph, picture


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(picture("JPEG"), "image/jpeg"), (picture("PNG"), "image/png"), (picture("WEBP"), "image/webp")],
)
def test_a_picture_is_known_by_its_content(content: bytes, content_type: str) -> None:
    scan = read_scan(content)
    assert (scan.content_type, scan.pages, scan.width, scan.height) == (content_type, 1, 640, 400)


def test_a_scanned_pdf_tells_its_pages() -> None:
    scan = read_scan(pdf(pages=3))
    assert (scan.content_type, scan.pages, scan.width) == ("application/pdf", 3, None)
    assert max(Image.open(io.BytesIO(scan.thumbnail)).size) <= 120


def test_a_phones_photograph_of_eight_megabytes_is_taken_and_stands_upright() -> None:
    content = photograph(orientation=6)
    assert len(content) > 7 * 2**20
    scan = read_scan(content)
    assert (scan.width, scan.height) == (3400, 4600)
    small = Image.open(io.BytesIO(scan.thumbnail))
    assert small.format == "JPEG"
    assert small.size == (89, 120)
    assert not small.getexif()


def test_a_picture_with_a_transparent_ground_is_shown_on_white() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(buffer, "PNG")
    small = Image.open(io.BytesIO(read_scan(buffer.getvalue()).thumbnail))
    assert small.getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("name", HOSTILE_SCANS)
def test_a_hostile_file_is_refused_with_what_to_do(name: str) -> None:
    hostile = HOSTILE_SCANS[name]
    with pytest.raises(ScanRefused) as refusal:
        read_scan(hostile.make())
    assert refusal.value.reason == hostile.reason
    with translation.override("zh-hans"):
        assert "%" not in refusal.value.message


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (ScanLimits(memory_bytes=400 * 2**20), ScanReason.TOO_MUCH_WORK),
        (ScanLimits(wait_seconds=0.0), ScanReason.TOO_MUCH_WORK),
    ],
)
def test_a_file_that_takes_too_much_ends_its_own_process_alone(limits: ScanLimits, reason: ScanReason) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (7_900, 7_900)).save(buffer, "PNG", compress_level=1)
    with pytest.raises(ScanRefused) as refusal:
        read_scan(buffer.getvalue(), limits=limits)
    assert refusal.value.reason == reason


def test_each_reason_has_its_sentence() -> None:
    sentences = {ScanRefused(reason, limit=1).message for reason in ScanReason}
    assert len(sentences) == len(ScanReason)
