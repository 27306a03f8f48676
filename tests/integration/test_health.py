"""What a load balancer is told, and that it is told no more."""

import pytest
from django.db import connection
from django.test import Client, override_settings

pytestmark = pytest.mark.django_db


def test_a_process_that_answers_is_healthy(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_database_queue_and_schema_make_it_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "queue": "ok", "migrations": "ok"}


@override_settings(REDIS_URL="unix:///nowhere/valkey.sock?db=0")
def test_a_queue_that_does_not_answer_is_named_without_its_address(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": "ok", "queue": "failing", "migrations": "ok"}
    assert b"nowhere" not in response.content


def test_a_schema_older_than_the_code_is_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "failing"


def test_probes_are_read_only(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405
