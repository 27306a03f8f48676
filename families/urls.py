from django.urls import path

from families.views import cases, changes, counter, drafts, find, groups

urlpatterns = [
    path("", groups.start, name="start"),
    path("counter/", counter.start, name="counter"),
    path("counter/find/", find.find, {"at_counter": True}, name="counter-find"),
    path("persons/find/", find.find, name="find-persons"),
    path("counter/persons/<int:pk>/", counter.person, name="counter-person"),
    path("counter/persons/<int:pk>/row/", counter.row, name="counter-row"),
    path("counter/persons/<int:pk>/check/", counter.check, name="counter-check"),
    path("counter/persons/<int:pk>/save/", counter.save, name="counter-save"),
    path("counter/groups/<int:pk>/", changes.change, name="change-group"),
    path("counter/groups/<int:pk>/row/", changes.row, name="change-row"),
    path("counter/groups/<int:pk>/check/", changes.check, name="change-check"),
    path("counter/groups/<int:pk>/save/", changes.save, name="change-save"),
    path("counter/cases/<int:pk>/", drafts.draft, name="counter-case"),
    path("cases/", cases.queue, name="review-queue"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/submit/", drafts.submit, name="submit-case"),
    path("cases/<int:pk>/correct/", drafts.correct, name="correct-case"),
    path("cases/<int:pk>/take-over/", drafts.take_over, name="take-over-case"),
    path("cases/<int:pk>/withdraw/", cases.withdraw, name="withdraw-case"),
    path("cases/<int:pk>/approve/", cases.approve, name="approve-case"),
    path("cases/<int:pk>/reject/", cases.reject, name="reject-case"),
    path("cases/<int:pk>/form.pdf", cases.registration_form, name="registration-form"),
    path("cases/<int:pk>/receipt.pdf", cases.receipt, name="receipt"),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("persons/<int:pk>/family/", groups.person_panel, name="person-family"),
    path("persons/<int:pk>/family/trail/", groups.person_trail, name="person-family-trail"),
]
