"""What keeps an entered family from being undone, told by the apps above, which this one never imports.

`SINCE`: error code → of groups, each with the moment since which it is asked, the number of what happened through
them; groups through which nothing did are left out. The code has its sentence by `add_sentences`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

SINCE: dict[str, Callable[[Mapping[int, dt.datetime]], Mapping[int, str]]] = {}
