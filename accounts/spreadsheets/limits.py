"""How much of a file from outside is read: every bound of the guard and of the child, in one place."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds on one file.

    A workbook of 100,000 × 15 filled cells without shared texts has 5 MB, unpacks to 82 MB and takes 5 s, so
    that the defaults leave room for three times as much. Sizes are bytes, times are seconds.
    """

    file_bytes: int = 50 * MIB
    entries: int = 2_000
    unpacked_bytes: int = 256 * MIB
    ratio: int = 200
    """Unpacked to packed bytes of one entry, beyond `ratio_from_bytes`. Measured: 15 for 1.5 million texts
    and numbers, 12 for styled blank rows; a bomb reaches 1,000."""
    ratio_from_bytes: int = 4 * MIB
    columns: int = 200
    rows: int = 1_048_576
    area: int = 12_000_000
    """Rows × columns between A1 and the last filled cell: the parser holds them all, 32 bytes each."""
    merges: int = 200_000
    cell_characters: int = 32_767
    """What a cell can hold in Excel."""
    delivered_bytes: int = 512 * MIB
    memory_bytes: int = 1024 * MIB
    cpu_seconds: int = 60
    wait_seconds: float = 90.0
    """How long the caller waits for the child, all waits together; its own work in between is not counted."""


LIMITS = Limits()
