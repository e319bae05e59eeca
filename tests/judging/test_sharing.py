"""C5.18: a package for one body, masked, for a purpose; opens and replies come back; nothing personal leaves."""

import datetime as dt
import json

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given, settings, strategies as st

import stories
from cast import Cast
from huiying.judging.actions import sharing
from huiying.judging.models import Event, SharePackage, ShareReply
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.work.models import Notice

OUTAGE = "鞍山公共资源交易平台今早崩了，登录不上，有事打 13812345678 找我"
WHY = "请协助核实是否涉及机房供电"


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def shared(cast: Cast, text: str = OUTAGE) -> tuple[SharePackage, str]:
    return sharing.share(stories.hear(text), "市大数据局", WHY, cast.duty)


def test_what_leaves_is_masked_and_says_for_whom_and_what_c5_18(staff: Cast) -> None:
    package, _token = shared(staff)
    text = json.dumps(package.content, ensure_ascii=False)
    assert "13812345678" not in text
    assert "交易平台今早崩了" in text
    assert (package.content["for"], package.content["purpose"]) == ("市大数据局", WHY)
    assert not {"voice", "author", "account", "native_id"} & set(package.content["posts"][0])


def test_a_citizens_message_is_nobody_elses_to_read(staff: Cast) -> None:
    event = stories.hear(OUTAGE)
    post = event.members.get().post
    post.kind, post.own_channel, post.url = "message", True, "https://bureau.example/messages/1"
    post.save(update_fields=["kind", "own_channel", "url"])
    (found,) = sharing.content_of(event, "市大数据局", WHY)["posts"]
    assert (found["text"], found["url"]) == ("", "")


def test_without_body_or_purpose_nothing_is_shared(staff: Cast) -> None:
    event = stories.hear(OUTAGE)
    for body, purpose, code in (("", WHY, "no_body"), ("市大数据局", "看", "no_purpose")):
        with pytest.raises(Refused) as refusal:
            sharing.share(event, body, purpose, staff.duty)
        assert code_of(refusal) == code
    with pytest.raises(IntegrityError), transaction.atomic():
        SharePackage.objects.create(
            event=event, body="x", purpose="", content={}, sha256="", token_hash="t", made_by="x",
            made_at=clock.now(), expires_at=clock.now(),
        )  # fmt: skip


def test_a_danger_to_life_is_not_packed(staff: Cast) -> None:
    event = stories.hear(OUTAGE)
    Event.objects.filter(pk=event.pk).update(life_safety=True)
    event.refresh_from_db()
    with pytest.raises(Refused) as refusal:
        sharing.share(event, "市大数据局", WHY, staff.duty)
    assert code_of(refusal) == "life_safety"


@pytest.mark.parametrize("who", ["editor", "tech_head", "inspector"])
def test_only_the_desk_and_the_office_share(staff: Cast, who: str) -> None:
    event = stories.hear(OUTAGE)
    with pytest.raises(Refused) as refusal:
        sharing.share(event, "市大数据局", WHY, staff.people[who])
    assert code_of(refusal) == "not_permitted"


def test_opens_are_counted_and_the_first_is_in_the_ledger(staff: Cast, frozen: FrozenClock) -> None:
    package, token = shared(staff)
    client = Client()
    for _n in range(2):
        assert client.get(f"/shared/{token}/").status_code == 200
        frozen.advance(dt.timedelta(minutes=1))
    package.refresh_from_db()
    assert package.opens == 2
    assert package.first_opened_at is not None
    assert package.last_opened_at == package.first_opened_at + dt.timedelta(minutes=1)
    assert LedgerEntry.objects.filter(kind="event.share_opened").count() == 1


def test_a_reply_comes_back_to_the_event_and_to_the_desk(staff: Cast) -> None:
    _package, token = shared(staff)
    client = Client()
    reply = client.post(f"/shared/{token}/", {"name": "值班员王", "text": "机房供电正常，电话 13912345678"})
    assert reply.status_code == 302
    kept = ShareReply.objects.get()
    assert "13912345678" not in kept.text
    assert LedgerEntry.objects.filter(kind="event.share_answered").count() == 1
    assert Notice.objects.filter(key=f"share-reply:{kept.pk}", recipient="duty").exists()
    assert client.post(f"/shared/{token}/", {"name": "", "text": ""}).status_code == 409


def test_a_link_that_is_past_revoked_or_unknown_shows_nothing(staff: Cast, frozen: FrozenClock) -> None:
    package, token = shared(staff)
    client = Client()
    assert client.get("/shared/nothing/").status_code == 404
    sharing.revoke_share(package, staff.duty)
    assert client.get(f"/shared/{token}/").status_code == 404
    with pytest.raises(Refused) as refusal:
        sharing.revoke_share(package, staff.duty)
    assert code_of(refusal) == "revoked"
    _other, later = shared(staff, "鞍山公共资源交易中心保证金一个多月没退")
    frozen.advance(sharing.LASTS)
    assert client.get(f"/shared/{later}/").status_code == 404
    assert client.get(f"/shared/{later}/file.json").status_code == 404


def test_the_package_stands_as_it_was_when_it_was_shared(staff: Cast) -> None:
    package, token = shared(staff)
    Event.objects.update(title="改过的题目")
    assert "改过的题目" not in Client().get(f"/shared/{token}/").content.decode()
    assert package.content["title"] != "改过的题目"


def test_the_file_is_signed_and_a_changed_one_is_not_ours(staff: Cast) -> None:
    _package, token = shared(staff)
    file = Client().get(f"/shared/{token}/file.json").json()
    assert sharing.signature_holds(file)
    assert not sharing.signature_holds(file | {"content": file["content"] | {"title": "别的"}})
    assert not sharing.signature_holds(file | {"signature": "0" * 64})


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text(max_size=10), st.one_of(st.text(max_size=20), st.integers(), st.none()), max_size=5))
def test_nothing_that_this_house_did_not_sign_is_taken_for_its_own(content: dict[str, object]) -> None:
    assert not sharing.signature_holds({"content": content, "sha256": "", "signature": ""})
    assert not sharing.signature_holds({"content": content})


def test_the_desk_shows_opens_and_replies_and_the_link_once(staff: Cast) -> None:
    event = stories.hear(OUTAGE)
    client = Client()
    client.force_login(staff.duty)
    told = {"body": "市大数据局", "purpose": WHY}
    reply = client.post(f"/desk/events/{event.number}/shares/do/share/", told, follow=True)
    assert "/shared/" in reply.content.decode()
    again = client.get(f"/desk/events/{event.number}/shares/").content.decode()
    assert "/shared/" not in again
    assert "还没有打开过" in again
    package = SharePackage.objects.get()
    assert sharing.signature_holds(client.get(f"/desk/shares/{package.pk}/export.json").json())
    assert client.post(f"/desk/shares/{package.pk}/revoke/").status_code == 302
    assert "已收回" in client.get(f"/desk/events/{event.number}/shares/").content.decode()
