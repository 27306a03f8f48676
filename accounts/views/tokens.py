"""The tokens of other systems: which there are, one made, one revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import TokenForm
from accounts.models import ApiToken
from accounts.pages import StaffRequest, render_page
from accounts.services.api_tokens import (
    MayNotSignIn,
    TokenForOneself,
    TokenNameTaken,
    is_open,
    make_token,
    revoke_token,
)

MAKE = "accounts.add_apitoken"
SHOWN = 200


@require_GET
@permission_required("accounts.view_apitoken", raise_exception=True)
def tokens(request: StaffRequest) -> HttpResponse:
    return _page(request, TokenForm(staff=request.user))


@require_POST
@permission_required(MAKE, raise_exception=True)
def make(request: StaffRequest) -> HttpResponse:
    """The page with the token on it, once: it is in no session and behind no address."""
    form = TokenForm(request.POST, staff=request.user)
    if form.is_valid():
        try:
            _token, secret = make_token(by=request.user, **form.cleaned_data)
        except (TokenForOneself, MayNotSignIn, TokenNameTaken) as refusal:
            form.add_error(None, str(refusal))
        else:
            return _page(request, TokenForm(staff=request.user), secret=secret)
    return _page(request, form, status=422)


@require_POST
@permission_required("accounts.change_apitoken", raise_exception=True)
def revoke(request: StaffRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.for_staff(request.user), pk=pk)
    if revoke_token(token_id=token.pk, by=request.user):
        messages.success(request, _("“{name}” reads nothing any more.").format(name=token.name))
    return redirect("tokens")


def _page(request: StaffRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = ApiToken.objects.for_staff(request.user).select_related("staff__region", "created_by", "revoked_by")
    context: dict[str, Any] = {
        "tokens": [(token, is_open(token, now)) for token in rows[:SHOWN]],
        "form": form if request.user.has_perm(MAKE) else None,
        "secret": secret,
    }
    return render_page(request, "accounts/tokens.html", context, title=_("Tokens of other systems"), status=status)
