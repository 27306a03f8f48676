"""Many threads at once, each with a connection of its own: what they return, in the order they were given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(*works: Callable[[], T]) -> list[T | Exception]:
    """Start all works together; an exception is an answer like any other."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T | Exception:
        try:
            start.wait(timeout=20)
            return work()
        except Exception as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def one_after_another(works: Sequence[Callable[[], T]], *, threads: int) -> list[T | Exception]:
    """Work through a list with so many threads."""

    def run(work: Callable[[], T]) -> T | Exception:
        try:
            return work()
        except Exception as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, works))


def kinds(answers: Sequence[object]) -> dict[str, int]:
    """How many answers of each type there were."""
    names = [type(answer).__name__ for answer in answers]
    return {name: names.count(name) for name in names}
