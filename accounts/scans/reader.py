"""One scan or photograph, decoded in a child process."""

import base64
from dataclasses import asdict, dataclass, field

from accounts.isolated.caller import ChildFailed, ChildRefused, Failure, running
from accounts.scans.limits import MIB, SCAN_LIMITS, ScanLimits
from accounts.scans.refusals import ScanReason, ScanRefused

_PROGRAM = "accounts.scans.child"


@dataclass(frozen=True, slots=True)
class Scan:
    """What a file turned out to be. `width`, `height`: pixels, None for a PDF; `thumbnail`: a JPEG, freshly made."""

    content_type: str
    pages: int
    width: int | None
    height: int | None
    thumbnail: bytes = field(repr=False)


def read_scan(content: bytes, *, limits: ScanLimits = SCAN_LIMITS) -> Scan:
    """Decode a scan to its end. Rule: DESIGN.md, "Files from outside". Raises: ScanRefused."""
    if len(content) > limits.file_bytes:
        raise ScanRefused(ScanReason.TOO_MANY_BYTES, limit=limits.file_bytes // MIB)
    order = {"limits": asdict(limits)}
    try:
        with running(_PROGRAM, content=content, order=order, wait_seconds=limits.wait_seconds) as child:
            answer = child.answer()
    except ChildRefused as refused:
        raise ScanRefused(ScanReason(refused.reason), **refused.details) from None
    except ChildFailed as failed:
        crashed = failed.failure is Failure.CRASH
        raise ScanRefused(ScanReason.FAILED if crashed else ScanReason.TOO_MUCH_WORK) from None
    return Scan(**answer | {"thumbnail": base64.b64decode(answer["thumbnail"])})
