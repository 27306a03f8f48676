"""Commands as a script runs them: exit status and the JSON they leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management import call_command


def run(command: str, *arguments: str, tmp_path: Path, staff: str = "jingban") -> tuple[int, dict[str, Any]]:
    answer = tmp_path / "answer.json"
    try:
        call_command(command, *arguments, staff=staff, json=answer)
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(answer.read_text())
    return 0, json.loads(answer.read_text())
