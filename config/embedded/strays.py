"""Processes of a demo that was killed before it could end them.

Every process of a demo carries the demo's VAR_DIR in its environment and hands it on to its children, so
they are found without a record that could be lost or stale.
"""

import psutil

from config.embedded.places import var_dir
from config.embedded.processes import end

MARK = "GONGJI_DEMO"


def strays() -> list[psutil.Process]:
    """The processes, of this user, that a demo of this VAR_DIR started."""
    return [process for process in psutil.process_iter() if _marked(process)]


def end_strays() -> bool:
    """End them; False when there were none."""
    found = strays()
    end(found)
    return bool(found)


def _marked(process: psutil.Process) -> bool:
    try:
        return bool(process.environ().get(MARK) == str(var_dir()))
    except psutil.Error:  # another user's, or gone
        return False
