from django.urls import path

from families.views import cases, counter, documents, find, groups

urlpatterns = [
    path("", groups.start, name="start"),
    path("counter/", counter.start, name="counter"),
    path("counter/find/", find.find, {"at_counter": True}, name="counter-find"),
    path("persons/find/", find.find, name="find-persons"),
    path("counter/persons/<int:pk>/", counter.person, name="counter-person"),
    path("counter/persons/<int:pk>/row/", counter.row, name="counter-row"),
    path("counter/persons/<int:pk>/check/", counter.check, name="counter-check"),
    path("counter/persons/<int:pk>/save/", counter.save, name="counter-save"),
    path("counter/cases/<int:pk>/", counter.draft, name="counter-case"),
    path("cases/", cases.queue, name="review-queue"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/submit/", counter.submit, name="submit-case"),
    path("cases/<int:pk>/withdraw/", cases.withdraw, name="withdraw-case"),
    path("cases/<int:pk>/approve/", cases.approve, name="approve-case"),
    path("cases/<int:pk>/reject/", cases.reject, name="reject-case"),
    path("cases/<int:pk>/form.pdf", cases.registration_form, name="registration-form"),
    path("cases/<int:pk>/receipt.pdf", cases.receipt, name="receipt"),
    path("cases/<int:pk>/documents/", documents.add, name="add-documents"),
    path("cases/<int:pk>/agent/", documents.agent, name="case-agent"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/thumbnail.jpg", documents.thumbnail, name="document-thumbnail"),
    path("documents/<int:pk>/replace/", documents.replace, name="replace-document"),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("persons/<int:pk>/family/", groups.person_panel, name="person-family"),
    path("persons/<int:pk>/family/trail/", groups.person_trail, name="person-family-trail"),
]
