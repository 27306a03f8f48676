"""A worker that is quick to replace: starts Django once, then works each job in a child of its own, as Celery does.

`python -m tests.faults.forking_worker CHUNK`: reads job numbers from its input, one a line, answers each with the
number of the process that works it, and with how that process ended once it has. In place of a number: `sweep`, or
the time at which nights are asked for.
"""

from __future__ import annotations

import datetime as dt
import os
import sys

import django


def main(chunk: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from families.services.imports import applying
    from settlement.services import feed, transfer_answers

    applying.CHUNK = feed.SETTLED_AT_ONCE = transfer_answers.CHUNK = chunk
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _work(line.strip())
            os._exit(0)
        _say(child)
        _say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _work(line: str) -> None:
    from accounts.services.jobs import run_job, sweep
    from settlement.services.night import go_on

    if line.isdigit():
        run_job(int(line))
    elif line == "sweep":
        sweep()
    else:
        go_on(now=dt.datetime.fromisoformat(line))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
