"""Rows that the database refuses for what other tables say, where a CHECK sees too little.

By statement: an import writes thousands of rows in each, and asked row by row PostgreSQL took a quarter of its time.
"""

from __future__ import annotations

import pgtrigger


def refuse(
    name: str, condition: str, *, says: str, on: pgtrigger.Operation = pgtrigger.Insert, law: str = ""
) -> pgtrigger.Trigger:
    """Refuse an INSERT, or UPDATE, with a row for which the condition holds, as a CHECK of that name would.

    `condition`: on `written`, a row as the statement leaves it, and on what the whole statement left; `says`: the
    message; `law`: the name of the constraint, where the trigger has another.
    """
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=on,
        referencing=pgtrigger.Referencing(new="written"),  # type: ignore[no-untyped-call]
        func=f"""
            IF EXISTS (SELECT FROM written WHERE {condition}) THEN
                RAISE EXCEPTION '{says}' USING ERRCODE = 'check_violation', CONSTRAINT = '{law or name}';
            END IF;
            RETURN NULL;
        """,
    )
