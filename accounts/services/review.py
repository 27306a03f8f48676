"""The second pair of eyes: who may not act on a case, and when."""

from __future__ import annotations

from django.utils.translation import gettext as _


class OwnWork(Exception):
    """A person never reviews what they handled themselves (DOMAIN.md section 1)."""

    def __init__(self) -> None:
        super().__init__(_("You handled this yourself: another person has to review it."))


class NotYours(Exception):
    """Another member of staff handles the case: nobody else changes, submits or withdraws it."""

    def __init__(self, *, who: str) -> None:
        super().__init__(_("{who} handles this case.").format(who=who))


class AlreadyDecided(Exception):
    """Somebody decided, withdrew or changed it meanwhile: nothing was done now."""

    def __init__(self, *, who: str, state: str) -> None:
        self.who, self.state = who, state
        super().__init__(
            _("Not done: it is already «{state}» ({who}).").format(state=state, who=who)
            if who
            else _("Not done: it is already «{state}».").format(state=state)
        )
