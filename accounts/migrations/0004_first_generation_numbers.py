"""The digest of the 15-digit form, for the resident ID numbers that are there already: in batches, each by itself.

A number that does not open keeps none: it is not proposed as a duplicate, and nothing else depends on it.
"""

from django.db import migrations

from accounts import keys
from accounts.rules.identity import RESIDENT_ID, first_generation_number
from accounts.rules.sealing import SealBroken

BATCH = 5_000


def forwards(apps, schema_editor):
    persons = apps.get_model("accounts", "InsuredPerson").objects.filter(cert_type=RESIDENT_ID).order_by("pk")
    persons = persons.filter(certno15_digest=None)
    after = 0
    while rows := list(persons.filter(pk__gt=after).only("psn_no", "certno_sealed", "certno15_digest")[:BATCH]):
        after = rows[-1].pk
        found = [person for person in rows if _fill(person)]
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE accounts_insuredperson AS person SET certno15_digest = new.digest
                  FROM unnest(%s::bigint[], %s::bytea[]) AS new(id, digest)
                 WHERE person.id = new.id AND person.merged_into_id IS NULL
                """,
                [[person.pk for person in found], [person.certno15_digest for person in found]],
            )


def _fill(person):
    try:
        before = first_generation_number(keys.open_for(f"person:{person.psn_no}:certno", person.certno_sealed))
    except SealBroken:
        return False
    person.certno15_digest = keys.number_digest(before) if before else None
    return before is not None


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0003_merged_records")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
