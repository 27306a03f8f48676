from django.urls import path

from settlement.models.transfer import ReturnCause
from settlement.views import ask_transfer, transfers

urlpatterns = [
    path("persons/<int:pk>/transfer/", ask_transfer.ask, name="ask-transfer"),
    path("persons/<int:pk>/transfer/check/", ask_transfer.check, name="check-transfer"),
    path("persons/<int:pk>/transfer/save/", ask_transfer.save, name="save-transfer"),
    path("persons/<int:pk>/transfers/", ask_transfer.person_panel, name="person-transfers"),
    path("persons/<int:pk>/transfers/trail/", ask_transfer.person_trail, name="person-transfer-trail"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/find/", transfers.find, name="find-transfers"),
    path("transfers/<int:pk>/", transfers.transfer, name="transfer"),
    path("transfers/<int:pk>/accept/", transfers.accept, name="accept-transfer"),
    path("transfers/<int:pk>/refuse/", transfers.give_back, {"cause": ReturnCause.REFUSED}, name="refuse-transfer"),
    path(
        "transfers/<int:pk>/withdraw/",
        transfers.give_back,
        {"cause": ReturnCause.WITHDRAWN},
        name="withdraw-transfer",
    ),
    path("transfers/<int:pk>/receipt.pdf", transfers.receipt, name="transfer-receipt"),
]
