"""The parts of a zip archive, unpacked in pieces and counted while unpacking.

Invariant: no part of a workbook is ever held whole, and what the archive's headers claim is not believed: the bytes
that come out are counted, so that a bomb ends after `Limits.unpacked_bytes` and not at its own size.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from accounts.spreadsheets.limits import Limits
from accounts.spreadsheets.refusals import FileRefused, Reason

_PIECE = 256 * 1024
_CENTRAL_HEADER = b"PK\x01\x02"
_LOCAL_HEADER = b"PK\x03\x04"
_ENCRYPTED = 0x1


class Archive:
    """A zip archive in memory.

    Raises on opening: `FileRefused` for too many entries (counted before the directory is parsed), a broken
    directory, two entries of one name (two readers would see two files), an encrypted entry.
    """

    def __init__(self, content: bytes, limits: Limits) -> None:
        self._content = content
        self._limits = limits
        self._unpacked = 0
        # Every entry has one such header, and counting them costs no memory.
        if content.count(_CENTRAL_HEADER) > limits.entries:
            raise FileRefused(Reason.TOO_MANY_ENTRIES, limit=limits.entries)
        self._entries = _directory(content)

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def pieces(self, name: str) -> Iterator[bytes]:
        """Unpack one part in pieces of at most 256 KiB.

        Raises: FileRefused when the part is truncated, fails its checksum, is packed in another way than
        Excel does, or grows beyond `Limits.ratio` or, with all parts so far, `Limits.unpacked_bytes`.
        """
        entry = self._entries[name]
        size = checksum = 0
        for piece in self._unpack(entry):
            size += len(piece)
            self._unpacked += len(piece)
            self._check_growth(entry, size)
            checksum = zlib.crc32(piece, checksum)
            yield piece
        if checksum != entry.CRC or size != entry.file_size:
            raise FileRefused(Reason.DAMAGED)

    def head(self, name: str, size: int = 4096) -> bytes:
        """The first bytes of a part."""
        return next(self.pieces(name), b"")[:size]

    def _check_growth(self, entry: zipfile.ZipInfo, size: int) -> None:
        limits = self._limits
        swollen = size > limits.ratio_from_bytes and size > limits.ratio * max(entry.compress_size, 1)
        if swollen or self._unpacked > limits.unpacked_bytes:
            raise FileRefused(Reason.UNPACKS_TOO_LARGE)

    def _unpack(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        packed = self._packed(entry)
        if entry.compress_type == zipfile.ZIP_STORED:
            return _stored(packed)
        if entry.compress_type == zipfile.ZIP_DEFLATED:
            return _inflated(packed)
        raise FileRefused(Reason.DAMAGED)

    def _packed(self, entry: zipfile.ZipInfo) -> memoryview:
        start = entry.header_offset
        header = self._content[start : start + 30]
        if not header.startswith(_LOCAL_HEADER) or len(header) < 30:
            raise FileRefused(Reason.DAMAGED)
        start += 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        packed = memoryview(self._content)[start : start + entry.compress_size]
        if len(packed) < entry.compress_size:
            raise FileRefused(Reason.DAMAGED)
        return packed


def only_text(content: bytes, limits: Limits) -> tuple[str, bytes]:
    """Name and content of the one text file that an archive holds.

    Raises: FileRefused for anything else in it, and as `Archive` does.
    """
    archive = Archive(content, limits)
    texts = [name for name in archive.names if not name.endswith("/")]
    if len(texts) != 1 or not texts[0].lower().endswith(".txt"):
        raise FileRefused(Reason.OTHER_ARCHIVE)
    return texts[0], b"".join(archive.pieces(texts[0]))


def _directory(content: bytes) -> dict[str, zipfile.ZipInfo]:
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError) as error:
        raise FileRefused(Reason.DAMAGED) from error
    by_name = {entry.filename: entry for entry in entries}
    if len(by_name) < len(entries):
        raise FileRefused(Reason.DAMAGED)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise FileRefused(Reason.PASSWORD)
    return by_name


def _stored(packed: memoryview) -> Iterator[bytes]:
    for start in range(0, len(packed), _PIECE):
        yield bytes(packed[start : start + _PIECE])


def _inflated(packed: memoryview) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(0, len(packed), _PIECE):
        waiting: bytes | memoryview = packed[start : start + _PIECE]
        while waiting and not inflate.eof:
            yield _step(inflate, waiting)
            waiting = inflate.unconsumed_tail
    # What is left in the window comes out without further input, again a piece at a time.
    while not inflate.eof and (piece := _step(inflate, b"")):
        yield piece
    if not inflate.eof:
        raise FileRefused(Reason.DAMAGED)


def _step(inflate: "zlib._Decompress", waiting: bytes | memoryview) -> bytes:
    try:
        return inflate.decompress(waiting, _PIECE)
    except zlib.error as error:
        raise FileRefused(Reason.DAMAGED) from error
