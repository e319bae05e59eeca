"""Signatures, addenda and circulation (C6.9, C6.10): two persons, on what they read, and nothing taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from cast import Cast
from documents.documents_of import log_of
from huiying.documents import actions, queries
from huiying.documents.kinds import places_of
from huiying.documents.models import IssuedDocument, Signature
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.people.standing import capabilities, standing
from huiying.regulation import load
from huiying.work.models import Notice


@pytest.fixture
def log(cast: Cast) -> IssuedDocument:
    return log_of()


def test_c6_9_two_persons_sign_and_the_paper_names_them(cast: Cast, log: IssuedDocument) -> None:
    actions.sign(log, "值班员", log.sha256, cast.duty)
    actions.sign(log, "带班领导", log.sha256, cast.shift)
    stamp = queries.stamp_of(log)
    assert stamp.of("值班员").startswith("值班员小周")
    assert stamp.of("带班领导").startswith("带班老郑")
    assert LedgerEntry.objects.filter(kind="document.signed").count() == 2


def test_c6_9_one_person_cannot_sign_twice(cast: Cast, log: IssuedDocument) -> None:
    """带班老郑 may sign either place, and only one of them."""
    actions.sign(log, "值班员", log.sha256, cast.shift)
    with pytest.raises(Refused) as refused:
        actions.sign(log, "带班领导", log.sha256, cast.shift)
    assert refused.value.code == "second_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(
            document=log, place="带班领导", sha256=log.sha256, by="带班老郑", by_user=cast.shift.pk, at=clock.now()
        )


def test_c6_9_a_place_is_signed_once(cast: Cast, log: IssuedDocument) -> None:
    actions.sign(log, "值班员", log.sha256, cast.duty)
    with pytest.raises(Refused) as refused:
        actions.sign(log, "值班员", log.sha256, cast.duty2)
    assert refused.value.code == "signed"
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(
            document=log, place="值班员", sha256=log.sha256, by="乙", by_user=cast.duty2.pk, at=clock.now()
        )


@pytest.mark.parametrize(
    ("who", "place", "sha256", "code"),
    [
        ("duty", "带班领导", None, "not_permitted"),
        ("office", "值班员", None, "not_permitted"),
        ("tech_head", "值班员", None, "not_permitted"),
        ("duty", "局长", None, "no_place"),
        ("duty", "值班员", "0" * 64, "other_text"),
    ],
)
def test_c6_9_who_may_not_or_read_something_else_is_refused(
    cast: Cast, log: IssuedDocument, who: str, place: str, sha256: str | None, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        actions.sign(log, place, sha256 or log.sha256, cast.people[who])
    assert refused.value.code == code
    assert not log.signatures.exists()


@pytest.mark.parametrize("table", ["documents_signature", "documents_addendum"])
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET by = '另一人'"])
def test_c6_9_a_signature_and_an_addendum_are_not_taken_back(
    cast: Cast, log: IssuedDocument, table: str, verb: str
) -> None:
    actions.sign(log, "值班员", log.sha256, cast.duty)
    actions.addend(log, "零点二十分补记：平台已恢复。", cast.duty)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table))


def test_c6_9_an_addendum_stands_beside_the_log_and_changes_nothing_of_it(cast: Cast, log: IssuedDocument) -> None:
    before = (log.content, log.sha256)
    actions.addend(log, "零点二十分补记：平台已恢复。", cast.duty)
    row = actions.addend(log, "零点四十分补记：已逐一告知。", cast.shift)
    log.refresh_from_db()
    assert (log.content, log.sha256) == before
    assert row.number == 2
    assert queries.stamp_of(log).additions[0].startswith("补记1：零点二十分补记")
    with pytest.raises(Refused):
        actions.addend(log, "", cast.duty)
    with pytest.raises(Refused):
        actions.addend(log, "外人的话，不能写进来", cast.tech_head)


def test_c6_10_circulated_each_once_and_read_by_themselves(cast: Cast, log: IssuedDocument) -> None:
    actions.circulate(log, [cast.tech_head, cast.legal, cast.tech_head], cast.office)
    assert Notice.objects.filter(recipient="tech_head", title__startswith="请阅").count() == 1
    with pytest.raises(Refused) as again:
        actions.circulate(log, [cast.legal], cast.office)
    assert again.value.code == "nobody"
    row = actions.read(log, cast.tech_head)
    assert row.read_at == clock.now()
    with pytest.raises(Refused) as twice:
        actions.read(log, cast.tech_head)
    assert twice.value.code == "read"
    with pytest.raises(Refused) as other:
        actions.read(log, cast.works_head)
    assert other.value.code == "not_yours"
    with pytest.raises(Refused):
        actions.circulate(log, [cast.works_head], cast.tech_head)


def test_what_a_hash_says_to_anybody(cast: Cast, log: IssuedDocument) -> None:
    actions.sign(log, "值班员", log.sha256, cast.duty)
    (found,) = queries.checked(log.sha256)
    assert (found.number, found.signed, found.places) == ("2026-257", 1, 2)
    assert found.issued_on == dt.date(2026, 9, 15)
    assert queries.checked("0" * 64) == []


@pytest.mark.parametrize(("name", "places"), [("anshan", ["值班员", "带班领导"]), ("sixian", ["值守员", "综合股股长"])])
def test_c6_9_who_signs_the_log_is_said_by_the_regulation(name: str, places: list[str]) -> None:
    """Another bureau has other posts; each of them may sign where it is named."""
    law = load(name)
    found = places_of("log", law)
    assert list(found) == places
    for code in law.log.signed_by:
        signer = found[law.role(code).name]
        assert signer.posts == {code, *law.role(code).deputies}
        assert signer.capabilities == capabilities(law.role(code)) != frozenset()


@pytest.mark.parametrize(
    ("who", "may"), [("shift", True), ("office", True), ("duty", False), ("deputy", False), ("tech_head", False)]
)
def test_c6_9_the_shift_leaders_place_is_for_that_post_and_its_deputy(
    cast: Cast, log: IssuedDocument, who: str, may: bool
) -> None:
    """局办公室主任 deputises for the shift leader by the regulation; a leader who was not appointed to it does not."""
    signer = places_of("log", log.rules)["带班领导"]
    assert signer.may_be(standing(cast.people[who])) is may
