from django.urls import path

from families.views import cases, counter, find, follow_ups, groups, status_events

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
    path("groups/<int:pk>/", groups.group, name="group"),
    path("follow-ups/", follow_ups.worklist, name="follow-ups"),
    path("follow-ups/<int:pk>/", follow_ups.follow_up, name="follow-up"),
    path("follow-ups/<int:pk>/note/", follow_ups.note, name="note-follow-up"),
    path("follow-ups/<int:pk>/close/", follow_ups.close, name="close-follow-up"),
    path("persons/<int:pk>/event/", status_events.event, name="person-event"),
    path("persons/<int:pk>/take-death-back/", status_events.take_back, name="take-death-back"),
    path("persons/<int:pk>/family/", groups.person_panel, name="person-family"),
    path("persons/<int:pk>/family/trail/", groups.person_trail, name="person-family-trail"),
]
