from django.urls import path

from reports.api.service import api
from reports.views import dashboard, exports, reports

urlpatterns = [
    path("api/v1/", api.urls),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<slug:code>/", reports.report, name="report"),
    path("reports/<slug:code>/export/", exports.ask, name="export-report"),
    path("reports/<slug:code>/save/", reports.save, name="save-report"),
    path("saved-reports/<int:pk>/forget/", reports.forget, name="forget-report"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<int:pk>/", exports.export, name="export"),
    path("exports/<int:pk>/file/", exports.file, name="export-file"),
]
