"""What a clerk reads when a scan is refused: what is wrong, and what to do. The only module with Django."""

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

from accounts.scans.refusals import ScanReason

_SENTENCES: Mapping[ScanReason, str] = {
    ScanReason.EMPTY: gettext_noop("The file is empty. Scan or photograph the paper again."),
    ScanReason.TOO_MANY_BYTES: gettext_noop(
        "The file is larger than %(limit)s MB. Scan at 200 dpi, or let the phone send it smaller."
    ),
    ScanReason.OTHER_KIND: gettext_noop(
        "This is no picture and no PDF, whatever its name says. Choose a JPEG, PNG, WebP or PDF file."
    ),
    ScanReason.OTHER_PICTURE: gettext_noop(
        "Pictures of this kind (HEIC, TIFF, GIF, BMP) are not taken. Save it as JPEG and choose that file; "
        "on a phone, set the camera to “most compatible”."
    ),
    ScanReason.WEB_PAGE: gettext_noop(
        "This is a web page or a drawing made of text, not a photograph. Photograph or scan the paper itself."
    ),
    ScanReason.OFFICE: gettext_noop("This is an archive or an Office file. Print it to PDF and choose the PDF."),
    ScanReason.DAMAGED: gettext_noop(
        "The file is damaged or was cut off on its way. Copy it again, or scan the paper again."
    ),
    ScanReason.TWO_KINDS: gettext_noop(
        "Another file hides inside this one, so it is not taken. Photograph or scan the paper again."
    ),
    ScanReason.MOVING: gettext_noop("This picture moves. Choose one still picture for each page."),
    ScanReason.TOO_MANY_PIXELS: gettext_noop(
        "The picture has more than %(limit)s million pixels. Scan at 200 dpi, or photograph at a lower resolution."
    ),
    ScanReason.TOO_MANY_PAGES: gettext_noop(
        "The PDF has more than %(limit)s pages. Take only the pages that are needed."
    ),
    ScanReason.PASSWORD: gettext_noop("The PDF is locked by a password. Save it without one, or scan the paper."),
    ScanReason.ACTIVE_PDF: gettext_noop(
        "The PDF carries a program, a form with scripts or other files. Print it to PDF, or scan the paper, and "
        "choose that file."
    ),
    ScanReason.TOO_MUCH_WORK: gettext_noop(
        "Reading the file takes too long or too much memory. Scan the paper again at 200 dpi."
    ),
    ScanReason.FAILED: gettext_noop("The file could not be read. Scan or photograph the paper again."),
}


def sentence(reason: ScanReason, details: Mapping[str, int | str]) -> str:
    """The sentence for a refusal in the active language; `details` are those of `ScanRefused`."""
    return gettext(_SENTENCES[reason]) % details
