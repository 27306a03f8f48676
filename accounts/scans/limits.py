"""How large a scan or photograph may be: every bound in one place."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ScanLimits:
    """Bounds on one file. A phone's photograph has 12 to 50 million pixels and up to 8 MB; times are seconds."""

    file_bytes: int = 10 * MIB
    pixels: int = 64_000_000
    side: int = 20_000
    pages: int = 20
    thumbnail: int = 120
    """Longest side in pixels: enough to tell papers apart, too little to read a number on them."""
    memory_bytes: int = 1024 * MIB
    cpu_seconds: int = 20
    wait_seconds: float = 30.0


SCAN_LIMITS = ScanLimits()
