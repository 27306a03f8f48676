"""Who can sign in to the demo. The seed makes these accounts, and the demo prints them."""

from typing import NamedTuple


class SignIn(NamedTuple):
    """A sample staff member: sign-in name, role, and the code of the region that bounds what they see."""

    username: str
    role: str
    region: str


PASSWORD = "gongji-demo-2026"  # noqa: S105 - printed by the demo; the accounts hold invented persons alone

SIGN_INS = (
    SignIn("jingban", "clerk", "421002"),
    SignIn("jingban2", "clerk", "421003"),
    SignIn("fuhe", "reviewer", "421000"),
    SignIn("zhuguan", "supervisor", "421000"),
    SignIn("sheng", "supervisor", "420000"),
    SignIn("jihe", "auditor", "420000"),
    SignIn("guanli", "administrator", "100000"),
    SignIn("hangzhou", "clerk", "330100"),
)
