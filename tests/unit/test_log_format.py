"""No personal data in a log line: the database quotes rows in its errors, and people type numbers into addresses."""

from __future__ import annotations

import io
import json
import logging

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from config.log_format import PlainFormatter, without_personal_data
from tests.factories import make_person, make_staff

NUMBER = "11010519491231002X"


def logged(message: str, *args: object, exc_info: bool = False, **extra: object) -> dict[str, object]:
    """One line as the product writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.error(message, *args, exc_info=exc_info, extra=extra)
    line: dict[str, object] = json.loads(stream.getvalue())
    return line


def test_a_long_number_is_hidden_wherever_it_stands() -> None:
    line = logged("Not Found: %s", f"/persons/{NUMBER}/", path=f"/x/{NUMBER}", seen=[NUMBER, {"deep": NUMBER}])
    assert "1949" not in json.dumps(line)
    assert line["message"] == "Not Found: /persons/•••/"


def test_regions_dates_and_codes_stay_readable() -> None:
    assert without_personal_data("region 421000 on 2026-03-01, code 310") == "region 421000 on 2026-03-01, code 310"


def test_a_quoted_value_with_line_breaks_is_hidden_to_its_end() -> None:
    text = (
        "null value\nDETAIL:  Failing row contains (1, 张\n三, x).\nHINT:  none\n\nThe above exception was the cause"
    )
    hidden = without_personal_data(text)
    assert ("张" in hidden, "三" in hidden) == (False, False)
    assert "The above exception was the cause" in hidden


@pytest.mark.django_db
@pytest.mark.usefixtures("regions")
def test_a_row_that_the_database_quotes_is_not_in_the_line() -> None:
    person = make_person("欧阳某某", by=make_staff("supervisor"))
    statements = {
        IntegrityError: "UPDATE accounts_insuredperson SET status = '9' WHERE id = %s",
        DatabaseError: "UPDATE accounts_insuredperson SET name = repeat(name, 50) WHERE id = %s",
    }
    line = ""
    for refusal, statement in statements.items():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [person.pk])
        except refusal:
            line = json.dumps(logged("a write was refused", exc_info=True), ensure_ascii=False)
        assert "DatabaseError" in line or "IntegrityError" in line or "DataError" in line
        assert [word for word in ("欧阳", person.psn_no[:14], person.certno[:14], "P0000") if word in line] == []
