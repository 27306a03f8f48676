"""The Celery application; its settings are Django's CELERY_*, its tasks those of the installed apps."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("gongji")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def give_way(**_more: Any) -> None:
    """Where workers and web share a machine, pages go first: somebody waits for them."""
    os.nice(10)
