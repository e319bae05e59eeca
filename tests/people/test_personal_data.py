"""§6.2, S17: every field that holds personal data stands in one table with what ends it; jobs take their time there."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models
from django.test import Client
from django.utils import translation

from cast import Cast
from huiying.desk.views import personal_data as page
from huiying.documents.compositors import conformance
from huiying.handling import tasks
from huiying.judging.tasks import VOICE_KEPT
from huiying.keeping import scheduled
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.listening import ingest_masking
from huiying.listening.actions import receive_message
from huiying.listening.models import Post
from huiying.people import personal_data
from huiying.people.queries import regulation_now
from huiying.regulation.calendar import Duration
from huiying.responding.actions import dialogue
from huiying.responding.models import PersonalRequest
from huiying.work import limits, schedule
from stories import hear
from stream_of import bring

REACHES = re.compile(r"(^|_)(e?mail|phone|mobile|contact|ip_address|user_agent)(_|$)")
# What only looks like it: when something was destroyed, which people a plan names, yes or no.
NO_DATA = (models.DateTimeField, models.BooleanField, models.ManyToManyField)
PLAIN_PHONE = "电话13912345678，鞍山公共资源交易系统打不开"


def fields() -> dict[str, models.Field]:
    return {
        f"{model._meta.label}.{field.name}": field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.Field)
    }


def test_every_sealed_field_and_every_way_to_reach_a_person_is_in_the_table() -> None:
    named = {name for kind in personal_data.KINDS for name in kind.fields} | personal_data.NOT_PERSONAL.keys()
    found = {
        name
        for name, field in fields().items()
        if isinstance(field, models.BinaryField) or (REACHES.search(field.name) and not isinstance(field, NO_DATA))
    }
    assert found - named == set(), "say in people/personal_data.py where it comes from and when it is gone"
    assert named - fields().keys() == set()


def test_a_kind_that_is_said_to_be_sealed_lies_in_bytes_or_in_a_sealed_file() -> None:
    files = {"listening.Evidence.file", "listening.PostAttachment.stored"}
    for kind in personal_data.KINDS:
        for name in kind.fields:
            assert (isinstance(fields()[name], models.BinaryField) or name in files) == kind.sealed, name


def test_what_is_said_to_be_destroyed_by_itself_has_its_job() -> None:
    jobs = {kind.job for kind in personal_data.KINDS if kind.job}
    assert len(jobs) >= 9
    assert jobs <= schedule._recurring.keys()


def test_the_table_and_the_jobs_know_the_same_periods(cast: Cast) -> None:
    law = regulation_now()
    assert personal_data.kept("contact") == law.retention.personal_fields
    assert personal_data.kept("snapshot") == law.retention.evidence_without_case == Duration.parse("P2Y")
    assert personal_data.fixed("voice") == VOICE_KEPT
    assert personal_data.fixed("place") == limits.FORGET_AFTER
    assert law.retention.access_log.weight >= law.retention.access_log_min_legal.weight


# --- what is destroyed ------------------------------------------------------------------------------------------------


def test_original_words_without_a_case_go_after_two_years_and_the_masked_text_stays(cast: Cast, frozen) -> None:
    (post,) = bring(PLAIN_PHONE)
    tasks.purge_originals()
    assert Post.objects.get(pk=post.pk).sealed_text is not None
    frozen.advance(dt.timedelta(days=732))
    tasks.purge_originals()
    kept = Post.objects.get(pk=post.pk)
    assert kept.sealed_text is None
    assert "13912345678" not in "".join(ingest_masking.original_of(kept))
    assert "系统打不开" in kept.text
    entry = LedgerEntry.objects.get(kind="post.originals_purged")
    assert entry.data == {"posts": 1, "last": post.pk}
    assert verify().ok
    tasks.purge_originals()
    assert LedgerEntry.objects.filter(kind="post.originals_purged").count() == 1


def test_those_of_a_case_and_of_a_message_live_with_it(cast: Cast, frozen) -> None:
    from huiying.handling.actions import open_case

    open_case(hear(PLAIN_PHONE), cast.duty)
    receive_message("投诉", "保证金没有退，电话13912345678", "")
    assert Post.objects.filter(sealed_text__isnull=False).count() == 2
    frozen.advance(dt.timedelta(days=800))
    tasks.purge_originals()
    assert Post.objects.filter(sealed_text__isnull=False).count() == 2


def test_the_words_of_a_decided_request_go_after_a_year(cast: Cast, frozen) -> None:
    receipt = dialogue.ask_request("deletion", "把我的电话13912345678删掉")
    row = PersonalRequest.objects.get(number=receipt.number)
    assert row.sealed_text is not None
    frozen.advance(dt.timedelta(days=500))
    assert dialogue.purge_originals(clock.now()) == 0, "nobody has decided yet"
    dialogue.decide_request(row, PersonalRequest.GRANTED, "公开的答复里没有您的电话", False, cast.office)
    frozen.advance(dt.timedelta(days=364))
    assert dialogue.purge_originals(clock.now()) == 0
    frozen.advance(dt.timedelta(days=2))
    assert dialogue.purge_originals(clock.now()) == 1
    row.refresh_from_db()
    assert row.sealed_text is None
    assert row.reason
    assert LedgerEntry.objects.filter(kind="personal_request.original_purged").count() == 1


def test_ended_sessions_and_old_records_of_sign_ins_are_cleared(cast: Cast, frozen) -> None:
    """S10: no sooner than the regulation's term, which is never below the law's six months; S16."""
    from axes.models import AccessAttempt

    now = clock.now()
    Session.objects.create(session_key="old", session_data="x", expire_date=now - dt.timedelta(seconds=1))
    Session.objects.create(session_key="new", session_data="x", expire_date=now + dt.timedelta(hours=1))
    for name, age in (("young", 1000), ("old", 1200)):
        row = AccessAttempt.objects.create(username=name, ip_address="203.0.113.9", failures_since_start=1)
        AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=now - dt.timedelta(days=age))
    scheduled.clear_residue()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["young"]


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_tells_each_kind_with_the_term_of_the_regulation(cast: Cast, language: str) -> None:
    client = Client()
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    text = client.get("/desk/personal-data/").content.decode()
    with translation.override(language):
        assert all(str(kind.name) in text for kind in personal_data.KINDS)
    assert ("2 years" if language == "en" else "2年") in text
    assert "listening.Message.sealed_contact" in text
    assert ("state secrets" if language == "en" else "涉密不上网") in text


def test_it_goes_out_as_word_and_as_plain_text(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    word = client.get("/desk/personal-data/personal-data.docx")
    assert word.headers["Content-Type"] == page.MEDIA["docx"]
    assert word.content.startswith(b"PK")
    text = client.get("/desk/personal-data/personal-data.txt").content.decode()
    assert text.startswith(conformance.DATA_FLOW)
    assert all(str(kind.name) in text for kind in personal_data.KINDS)
    assert "第五十五条" in text
    assert "不得处理国家秘密" in text


def test_whoever_signs_in_reads_that_no_state_secret_belongs_here(cast: Cast) -> None:
    assert "涉密不上网" in Client().get("/desk/sign-in/").content.decode()
