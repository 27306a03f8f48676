"""What the locking rests on is asked of the database before anything is migrated."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, transaction

from accounts.checks import reads_committed


@pytest.mark.django_db
def test_read_committed_on_a_current_postgresql_passes() -> None:
    assert reads_committed(databases=["default"]) == []


def test_any_other_isolation_is_refused(committed_db: None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert [error.id for error in reads_committed(databases=["default"])] == ["accounts.E001"]
        with pytest.raises(SystemCheckError, match="READ COMMITTED is needed"):
            call_command("check", databases=["default"])
