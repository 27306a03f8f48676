from django.urls import path

from settlement.views import claim_papers, claim_review, claims, reversals, simulating

urlpatterns = [
    path("persons/<int:pk>/simulate/", simulating.person, name="simulate"),
    path("groups/<int:pk>/simulate/", simulating.group, name="simulate-group"),
    path("persons/<int:pk>/claim/", claims.new, name="new-claim"),
    path("persons/<int:pk>/claim/preview/", claims.preview, name="claim-preview"),
    path("claims/", claims.claims, name="claims"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/edit/", claims.edit, name="edit-claim"),
    path("claims/<int:pk>/submit/", claims.submit, name="submit-claim"),
    path("claims/<int:pk>/withdraw/", claims.withdraw, name="withdraw-claim"),
    path("claims/<int:pk>/approve/", claim_review.approve, name="approve-claim"),
    path("claims/<int:pk>/send-back/", claim_review.send_back, name="send-claim-back"),
    path("claims/<int:pk>/reject/", claim_review.reject, name="reject-claim"),
    path("claims/<int:pk>/form.pdf", claim_papers.claim_form, name="claim-form"),
    path("claims/<int:pk>/decision.pdf", claim_papers.decision, name="claim-decision"),
    path("claims/<int:pk>/documents/", claim_papers.add, name="add-claim-documents"),
    path("claim-documents/<int:pk>/", claim_papers.document, name="claim-document"),
    path("claim-documents/<int:pk>/thumbnail.jpg", claim_papers.thumbnail, name="claim-document-thumbnail"),
    path("claim-documents/<int:pk>/replace/", claim_papers.replace, name="replace-claim-document"),
    path("settlements/<int:pk>/reverse/", reversals.ask, name="reversal-ask"),
    path("reversals/", reversals.reversals, name="reversals"),
    path("reversals/<int:pk>/", reversals.reversal, name="reversal"),
    path("reversals/<int:pk>/approve/", reversals.approve, name="approve-reversal"),
    path("reversals/<int:pk>/reject/", reversals.reject, name="reject-reversal"),
    path("reversals/<int:pk>/withdraw/", reversals.withdraw, name="withdraw-reversal"),
]
