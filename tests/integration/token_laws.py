"""What the database accepts and refuses of the tokens of other systems, for test_database_refuses.py.

Of each law: a statement that is accepted, those that are refused, and part of the message where it names no
constraint. Names in braces are the ids of `tokens_world`.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import ApiToken, Staff
from tests.factories import make_token_of
from tests.integration.claim_laws import LawOf, change, inserted

TOKEN = "accounts_apitoken"
NEVER = "Cannot update rows"
REVOKED = "revoked_at = now(), revoked_by_id = {reviewer}"


def token(values: str = "") -> str:
    columns = {
        "staff_id": "{clerk}", "name": "'other'", "digest": "repeat('a', 64)", "created_at": "'2026-03-16T00:00Z'",
        "created_by_id": "{reviewer}", "expires_at": "'2026-06-16T00:00Z'",
    }  # fmt: skip
    return inserted(TOKEN, columns, values)


TOKEN_LAWS: dict[str, LawOf] = {
    "token_kept_as_digest": (
        token(),
        [token("digest = 'gj_itself'"), token("digest = repeat('A', 64)"), token("digest = repeat('a', 63)")],
        "",
    ),
    "token_lives_a_year": (
        token("expires_at = '2027-03-16T00:00Z'"),
        [token("expires_at = '2027-03-16T00:00:01Z'"), token("expires_at = '2026-03-16T00:00Z'")],
        "",
    ),
    "token_two_people": (
        token("staff_id = {reviewer}; created_by_id = {clerk}"),
        [token("staff_id = {reviewer}")],
        "",
    ),
    "token_revoked_by_somebody": (
        change(TOKEN, "token", REVOKED),
        [change(TOKEN, "token", "revoked_at = now()"), change(TOKEN, "token", "revoked_by_id = {reviewer}")],
        "",
    ),
    "token_name_once": (token("name = 'revoked'"), [token("name = 'standing'")], ""),
    "token_stays_itself": (
        change(TOKEN, "token", "last_used_at = now()"),
        [
            change(TOKEN, "token", value)
            for value in (
                "staff_id = {reviewer}", "name = 'x'", "digest = repeat('b', 64)", "created_by_id = {clerk}",
                "expires_at = expires_at - interval '1 day'", "created_at = created_at - interval '1 day'",
            )
        ],
        NEVER,
    ),
    "token_revoked_stays": (
        change(TOKEN, "token", REVOKED),
        [
            change(TOKEN, "revoked_token", "revoked_at = NULL, revoked_by_id = NULL"),
            change(TOKEN, "revoked_token", "last_used_at = now()"),
        ],
        NEVER,
    ),
    "token_is_kept": (token(), [f"DELETE FROM {TOKEN} WHERE id = {{token}}"], "Cannot delete rows"),
}  # fmt: skip


def tokens_world(clerk: Staff, reviewer: Staff) -> dict[str, Any]:
    """A token of the clerk's that stands, and one that was revoked."""
    revoked = make_token_of(clerk, name="revoked")
    ApiToken.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now(), revoked_by=reviewer)
    return {"token": make_token_of(clerk, name="standing").pk, "revoked_token": revoked.pk}
