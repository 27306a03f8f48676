from django.urls import path

from accounts.resources import RESOURCES
from accounts.spreadsheets.writer import Form
from accounts.views import adjustments, jobs, master_data, persons, session, tokens

# `RESOURCES`: the pages of each kind of master data.
urlpatterns = [
    *(path(f"{data}/import/", master_data.import_, {"data": data}, name=f"import-{data}") for data in RESOURCES),
    *(
        path(f"{data}/export.{form}", master_data.export, {"data": data, "form": form}, name=f"export-{data}-{form}")
        for data in RESOURCES
        for form in Form
    ),
    path("file-checks/<int:pk>/", master_data.file_check, name="file-check"),
    path("file-checks/<int:pk>/confirm/", master_data.confirm, name="confirm-import"),
    path("persons/<int:pk>/", persons.person, name="person"),
    path("persons/<int:pk>/reveal/", persons.reveal, name="reveal"),
    path("persons/<int:pk>/contact/", persons.contact, name="person-contact"),
    path("persons/<int:pk>/trail/", persons.trail, name="trail"),
    path("accounts/<int:pk>/adjust/", adjustments.request_, name="adjust"),
    path("adjustments/", adjustments.queue, name="adjustments"),
    path("adjustments/<int:pk>/decide/", adjustments.decide, name="decide-adjustment"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/make/", tokens.make, name="make-token"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="revoke-token"),
    path("signed-in/", session.signed_in, name="signed-in"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
]
