"""Answers that were published before there was a platform register: their accounts are entered in it (C11.2, INV-11)."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAMES = {"portal": ("门户网站", "Portal", "门户网站"), "by_hand": ("人工发布", "Posted by hand", "")}


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    Publication = apps.get_model("responding", "Publication")
    Platform = apps.get_model("people", "Platform")
    Department = apps.get_model("people", "Department")
    for row in Publication.objects.filter(target="").select_related("revision", "case").order_by("id"):
        row.target = row.channel
        row.title = row.revision.title
        row.text = row.revision.renditions.get(row.channel, "")
        if row.channel in NAMES:
            name, name_en, family = NAMES[row.channel]
            owner = Department.objects.order_by("-is_office", "id").first()
            row.platform, _made = Platform.objects.get_or_create(
                code=row.channel,
                defaults={
                    "name": name,
                    "name_en": name_en,
                    "family": family,
                    "channel": row.channel,
                    "owner": owner,
                    "added_by": "系统",
                    "added_at": row.released_at,
                },
            )
        row.save()


class Migration(migrations.Migration):
    dependencies = [("responding", "0003_answering"), ("people", "0003_answering")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
