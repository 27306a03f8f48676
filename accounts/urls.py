from django.urls import path

from accounts.views import adjustments, jobs, persons, session

urlpatterns = [
    path("persons/import/", jobs.import_persons, name="import-persons"),
    path("persons/<int:pk>/", persons.person, name="person"),
    path("persons/<int:pk>/reveal/", persons.reveal, name="reveal"),
    path("persons/<int:pk>/contact/", persons.contact, name="person-contact"),
    path("persons/<int:pk>/trail/", persons.trail, name="trail"),
    path("accounts/<int:pk>/adjust/", adjustments.request_, name="adjust"),
    path("adjustments/", adjustments.queue, name="adjustments"),
    path("adjustments/<int:pk>/decide/", adjustments.decide, name="decide-adjustment"),
    path("signed-in/", session.signed_in, name="signed-in"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
]
