from django.urls import path

from reports.api.service import api
from reports.views import dashboard, exports, full_numbers, reports

urlpatterns = [
    path("api/v1/", api.urls),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<slug:code>/", reports.report, name="report"),
    path("reports/<slug:code>/export/", exports.ask, name="export-report"),
    path("reports/<slug:code>/save/", reports.save, name="save-report"),
    path("reports/<slug:code>/full-numbers/", full_numbers.ask, name="ask-full-numbers"),
    path("full-numbers/", full_numbers.requests, name="full-numbers"),
    path("full-numbers/<int:pk>/decide/", full_numbers.decide, name="decide-full-numbers"),
    path("saved-reports/<int:pk>/monthly/", reports.monthly, name="monthly-report"),
    path("saved-reports/<int:pk>/forget/", reports.forget, name="forget-report"),
    path("exports/", exports.exports, name="exports"),
    path("exports/notice/", exports.notice, name="exports-notice"),
    path("exports/<int:pk>/cancel/", exports.cancel, name="cancel-export"),
    path("exports/<int:pk>/", exports.export, name="export"),
    path("exports/<int:pk>/file/", exports.file, name="export-file"),
]
