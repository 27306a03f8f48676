"""What the database accepts and refuses of anomalies and the notes on them, for test_database_refuses.py.

Of each law: a statement that is accepted, those that are refused, and part of the message where it names no
constraint. Names in braces are the ids of `anomalies_world` and of the world around it.
"""

from __future__ import annotations

from accounts.models import Staff
from families.models import MutualAidGroup
from settlement.models.anomaly import AnomalyState
from settlement.services.anomalies import judge_anomaly
from tests.factories import make_anomaly, make_staff
from tests.integration.claim_laws import LawOf, change, inserted

ANOMALY, NOTE = "settlement_anomaly", "settlement_anomalynote"
JUDGED = "judged_by_id = {auditor}, judged_at = now()"


def anomaly(values: str = "") -> str:
    columns = {
        "kind": "'burst'", "day": "'2026-03-10'", "region_id": "'421002'", "group_id": "{group}", "found": "1",
        "limits": "'[]'", "evidence": "'[]'", "found_at": "now()", "state": "'new'",
    }  # fmt: skip
    return inserted(ANOMALY, columns, values)


def note(values: str = "") -> str:
    columns = {
        "anomaly_id": "{anomaly}", "was": "'new'", "state": "'new'", "text": "'x'", "by_id": "{auditor}",
        "at": "now()",
    }  # fmt: skip
    return inserted(NOTE, columns, values)


def judged(state: str = "founded", *, row: str = "anomaly", was: str = "new") -> str:
    """The note and the state, as the service writes them."""
    said = note(f"anomaly_id = {{{row}}}; was = '{was}'; state = '{state}'")
    set_to = change(ANOMALY, row, f"state = '{state}', {JUDGED}")
    return f"{said}; {set_to}"


AFTER_DEATH = "kind = 'after_end'; group_id = NULL; person_id = {person}"
OF_CLERK = "kind = 'clerk_cases'; group_id = NULL; subject_staff_id = {clerk}"
ANOMALY_LAWS: dict[str, LawOf] = {
    "anomaly_once": (
        "; ".join(anomaly(values) for values in ("", "day = '2026-03-11'", AFTER_DEATH, OF_CLERK)),
        [f"{anomaly(values)}; {anomaly(values)}" for values in ("", AFTER_DEATH, OF_CLERK)]
        + ["; ".join([anomaly(), anomaly("region_id = '421003'; found = 9")])],
        "",
    ),
    "anomaly_about_whom_its_kind_says": (
        f"{anomaly(AFTER_DEATH)}; {anomaly(OF_CLERK)}",
        [
            anomaly("kind = 'after_end'"),
            anomaly("kind = 'cards'"),
            anomaly("kind = 'x'"),
            anomaly("group_id = NULL"),
            anomaly("person_id = {person}"),
            anomaly(f"{OF_CLERK}; person_id = {{person}}"),
        ],
        "",
    ),
    "anomaly_judged_by_someone": (
        judged(),
        [
            change(ANOMALY, "anomaly", "state = 'founded'"),
            change(ANOMALY, "anomaly", JUDGED),
            change(ANOMALY, "anomaly", "state = 'founded', judged_by_id = {auditor}"),
            change(ANOMALY, "judged", "judged_at = NULL"),
        ],
        "",
    ),
    "anomaly_not_judged_by_its_subject": (
        judged(row="of_clerk"),
        [change(ANOMALY, "of_clerk", "state = 'unfounded', judged_by_id = {clerk}, judged_at = now()")],
        "",
    ),
    "anomaly_stays_itself": (
        judged(),
        [
            change(ANOMALY, "anomaly", values)
            for values in (
                "kind = 'payer_groups'", "day = '2026-03-01'", "region_id = '421003'", "group_id = {other_group}",
                "institution_id = NULL", "found_at = now() + interval '1 day'",
            )
        ],
        "Cannot update rows",
    ),
    "anomaly_evidence_stays_once_looked_into": (
        change(ANOMALY, "anomaly", "found = 4, evidence = '[1]'"),
        [change(ANOMALY, "judged", values) for values in ("found = 4", "limits = '[1]'", "evidence = '[1]'")],
        "Cannot update rows",
    ),
    "anomaly_is_kept": (
        anomaly(), [f"DELETE FROM {ANOMALY} WHERE id = {{anomaly}}", f"DELETE FROM {ANOMALY}"], "Cannot delete"
    ),
    "anomaly_state_is_noted": (
        f"{judged()}; {judged('looked_into', was='founded')}; {judged('unfounded', was='looked_into')}",
        [
            change(ANOMALY, "anomaly", f"state = 'founded', {JUDGED}"),
            change(ANOMALY, "judged", "state = 'unfounded'"),
            change(ANOMALY, "judged", "state = 'new', judged_by_id = NULL, judged_at = NULL"),
            change(ANOMALY, "judged", "judged_by_id = {reviewer}"),
            anomaly("state = 'founded'; judged_by_id = {auditor}; judged_at = now()"),
        ],
        "",
    ),
    "anomaly_note_gives_its_state": (
        f"{note()}; {judged()}",
        [note("state = 'founded'"), note("anomaly_id = {judged}; was = 'founded'; state = 'unfounded'")],
        "anomaly_state_is_noted",
    ),
    "anomaly_note_says_something": (note(), [note("text = ''")], ""),
    "anomaly_note_never_back_to_new": (
        note(), [note("anomaly_id = {judged}; was = 'founded'; state = 'new'")], ""
    ),
    "anomaly_note_append_only": (
        note(), [f"UPDATE {NOTE} SET text = 'y'", f"DELETE FROM {NOTE}"], "Cannot update or delete"
    ),
    "anomaly_note_no_truncate": (note(), [f"TRUNCATE {NOTE}"], f"{NOTE} is append-only"),
}  # fmt: skip


def anomalies_world(group: MutualAidGroup, clerk: Staff) -> dict[str, int]:
    """One that is new, one about the clerk, and one that an auditor found founded."""
    auditor, judged_one = make_staff("auditor"), make_anomaly(group)
    judge_anomaly(anomaly_id=judged_one.pk, seen=AnomalyState.NEW, state=AnomalyState.FOUNDED, text="x", by=auditor)
    about_clerk = make_anomaly(group, kind="clerk_cases", group=None, subject_staff=clerk)
    return {
        "auditor": auditor.pk,
        "anomaly": make_anomaly(group).pk,
        "of_clerk": about_clerk.pk,
        "judged": judged_one.pk,
    }
