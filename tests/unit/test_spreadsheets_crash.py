"""A fault of our own in the child is a refusal for the clerk, and a place in the code for the log."""

import logging

import pytest

from accounts.spreadsheets.limits import Limits
from accounts.spreadsheets.reader import read_table
from accounts.spreadsheets.refusals import FileRefused, Reason


def _read_all(content: bytes, limits: Limits) -> int:
    with read_table(content, name="张三.csv", limits=limits) as sheet:
        return sum(1 for _ in sheet.rows)


def test_the_log_tells_where_the_child_failed_and_nothing_of_the_file(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faulty = Limits(columns="many")  # type: ignore[arg-type]

    with caplog.at_level(logging.ERROR), pytest.raises(FileRefused) as refused:
        _read_all("姓名,号码\n张三,110105\n".encode(), faulty)

    assert refused.value.reason == Reason.FAILED
    assert "TypeError" in caplog.text
    assert "plain_text.py" in caplog.text
    assert "张三" not in caplog.text
    assert "110105" not in caplog.text
