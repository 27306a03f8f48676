"""A photograph, decoded to its last pixel; runs in the child process alone."""

import io
import warnings

from PIL import Image, ImageOps

from accounts.scans.limits import ScanLimits
from accounts.scans.refusals import ScanReason, ScanRefused

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_MILLION = 1_000_000


def decode(content: bytes, content_type: str, limits: ScanLimits) -> tuple[Image.Image, tuple[int, int]]:
    """The picture, no larger than its thumbnail needs, and its width and height as it is looked at.

    The size is checked before anything is unpacked: 40 KB of PNG can claim four thousand million pixels.
    Raises: ScanRefused.
    """
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[content_type]]) as picture:
            _check(picture, limits)
            size = _as_looked_at(picture)
            # A JPEG is read to its end all the same, but in eighths, at a tenth of the memory.
            picture.draft("RGB", (limits.thumbnail * 2, limits.thumbnail * 2))
            picture.load()
            return small(ImageOps.exif_transpose(picture), limits), size
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_many(limits) from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, ZeroDivisionError):
        # What Pillow raises for bytes that are no picture; the list is that of its own readers.
        raise ScanRefused(ScanReason.DAMAGED) from None


def small(picture: Image.Image, limits: ScanLimits) -> Image.Image:
    """At the size of a thumbnail, on white, without anything but its pixels."""
    picture = picture.convert("RGBA") if "transparency" in picture.info or picture.mode in ("LA", "PA") else picture
    picture.thumbnail((limits.thumbnail, limits.thumbnail))
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground
    return picture.convert("RGB")


def as_jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _check(picture: Image.Image, limits: ScanLimits) -> None:
    if picture.width * picture.height > limits.pixels or max(picture.size) > limits.side:
        raise _too_many(limits)
    # A phone's JPEG may carry a second, smaller picture (MPO); a PNG or WebP of several is a film.
    if getattr(picture, "n_frames", 1) > 1 and picture.format in ("PNG", "WEBP"):
        raise ScanRefused(ScanReason.MOVING)


def _as_looked_at(picture: Image.Image) -> tuple[int, int]:
    """Phones store an upright picture lying down, and say so."""
    lying = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (picture.height, picture.width) if lying else picture.size


def _too_many(limits: ScanLimits) -> ScanRefused:
    return ScanRefused(ScanReason.TOO_MANY_PIXELS, limit=limits.pixels // _MILLION)
