from django.urls import path

from settlement.views import feeds, settlements, statements

urlpatterns = [
    path("settlements/", settlements.settlements, name="settlements"),
    path("settlements/find/", settlements.find, name="find-settlements"),
    path("settlements/load/", feeds.load, name="load-settlements"),
    path("settlements/feeds/<int:pk>/", feeds.feed, name="settlement-feed"),
    path("settlements/feeds/<int:pk>/errors.xlsx", feeds.errors, name="settlement-feed-errors"),
    path("settlements/<int:pk>/", settlements.settlement, name="settlement"),
    path("persons/<int:pk>/account/", statements.account, name="account-statement"),
    path("persons/<int:pk>/account.pdf", statements.account_pdf, name="account-statement-pdf"),
    path("persons/<int:pk>/care/", statements.care, name="care-record"),
    path("persons/<int:pk>/care/doctor/", statements.care_of_doctor, name="care-of-doctor"),
    path("persons/<int:pk>/care.pdf", statements.care_pdf, name="care-record-pdf"),
]
