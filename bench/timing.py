"""Time of a piece of work: `seconds` by the clock, without the start of Python; `cpu_seconds` of this process and its
children.
"""

from __future__ import annotations

import cProfile
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any


@contextmanager
def timed() -> Iterator[dict[str, Any]]:
    """Measures the block; with BENCH_PROFILE, a profile of it goes into that file as well."""
    told: dict[str, Any] = {}
    place = os.environ.get("BENCH_PROFILE")
    profile = cProfile.Profile() if place else None
    begun, begun_cpu = time.perf_counter(), sum(os.times()[:4])
    with profile or nullcontext():
        yield told
    told |= {
        "seconds": round(time.perf_counter() - begun, 3),
        "cpu_seconds": round(sum(os.times()[:4]) - begun_cpu, 3),
    }
    if profile and place:
        profile.dump_stats(place)
