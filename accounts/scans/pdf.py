"""A scanned PDF: every page opened, the first one drawn; runs in the child process alone.

PDFium is built without a JavaScript engine and runs nothing. Whoever opens the file later may use another program,
so a PDF that carries a program or other files is refused.
"""

import io
import re

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from accounts.scans.limits import ScanLimits
from accounts.scans.pictures import small
from accounts.scans.refusals import ScanReason, ScanRefused

# Long names alone: they do not stand by chance in the noise of a packed photograph.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|Rendition|Movie|Sound)(?![A-Za-z0-9])"
)
# A name may be written with its letters in hexadecimal: /J#61vaScript.
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_XFA = (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND)


def decode(content: bytes, limits: ScanLimits) -> tuple[Image.Image, int]:
    """The first page at the size of a thumbnail, and the number of pages. Raises: ScanRefused."""
    if b"%%EOF" not in content[-1024:]:
        raise ScanRefused(ScanReason.DAMAGED)
    document = _opened(content)
    try:
        _check(document, content, limits)
        return _drawn(document, limits), len(document)
    except pypdfium2.PdfiumError:
        raise ScanRefused(ScanReason.DAMAGED) from None
    finally:
        document.close()


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise ScanRefused(ScanReason.PASSWORD if locked else ScanReason.DAMAGED) from None


def _check(document: pypdfium2.PdfDocument, content: bytes, limits: ScanLimits) -> None:
    if len(document) > limits.pages:
        raise ScanRefused(ScanReason.TOO_MANY_PAGES, limit=limits.pages)
    if not len(document):
        raise ScanRefused(ScanReason.DAMAGED)
    if raw.FPDF_GetFormType(document) in _XFA or raw.FPDFDoc_GetAttachmentCount(document):
        raise ScanRefused(ScanReason.ACTIVE_PDF)
    if any(_ACTIVE.search(text) for text in (_spelt_out(content), _written_anew(document))):
        raise ScanRefused(ScanReason.ACTIVE_PDF)


def _spelt_out(content: bytes) -> bytes:
    return _ESCAPED.sub(lambda escaped: bytes([int(escaped[1], 16)]), content)


def _written_anew(document: pypdfium2.PdfDocument) -> bytes:
    """As PDFium writes it: every object in the open, also those that lay packed in an object stream."""
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _drawn(document: pypdfium2.PdfDocument, limits: ScanLimits) -> Image.Image:
    """Every page is opened, so that a file with a broken one is noticed at the counter and not in the archive."""
    for number in range(len(document)):
        document[number].close()
    page = document[0]
    longest = max(page.get_size())
    if not longest:
        raise ScanRefused(ScanReason.DAMAGED)
    return small(page.render(scale=limits.thumbnail / longest).to_pil(), limits)
