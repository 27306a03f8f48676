"""Why a scan or photograph is refused; each reason has one sentence in `accounts.scans.messages`."""

from enum import StrEnum

from accounts.isolated.program import Refused


class ScanReason(StrEnum):
    """The value travels between the child and its caller."""

    EMPTY = "empty"
    TOO_MANY_BYTES = "too_many_bytes"
    OTHER_KIND = "other_kind"
    OTHER_PICTURE = "other_picture"
    WEB_PAGE = "web_page"
    OFFICE = "office"
    DAMAGED = "damaged"
    TWO_KINDS = "two_kinds"
    MOVING = "moving"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    PASSWORD = "password"  # noqa: S105 - the name of a reason, not a secret
    ACTIVE_PDF = "active_pdf"
    TOO_MUCH_WORK = "too_much_work"
    FAILED = "failed"


class ScanRefused(Refused):
    """A file of which nothing may be kept. `details`: `limit`, in the unit that the sentence names."""

    def __init__(self, reason: ScanReason, **details: int | str) -> None:
        self.reason = reason
        self.details = details
        super().__init__(reason.value, details)

    @property
    def message(self) -> str:
        """The sentence for the person who chose the file, in the active language; needs Django."""
        from accounts.scans.messages import sentence

        return sentence(ScanReason(self.reason), self.details)
