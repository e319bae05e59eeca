"""Releasing over REST: the same gates and verbs as the desk's （十一）C6.14, C11.1–C11.5."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

import releasing_told as told
import stories
from api_told import later
from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.models import Platform
from huiying.responding.models import PartnerPush, PressRelease, PressVersion

As = Callable[[str], Any]
TEXT = {**told.TEXT, "department": "BGS"}
PLATFORM = {"name": "政务抖音号", "family": "政务微博", "owner": "WGC", "administrator": "network"}
PARTNER = {"name": "微鞍山", "liaison_name": "值班编辑", "liaison_phone": "0412-5550000"}
DISCLOSURE = {"title": "第三季度数据", "kind": "statistics", "department": "Z-XX", "due_on": "2026-09-25"}


def gap_in() -> dict[str, Any]:
    return {"question": "外地企业在哪办证", "department": "Z-XX", "owner": "tech_liaison", "due_at": later()}


def test_a_release_goes_from_draft_to_the_public(cast: Cast, as_: As) -> None:
    """C11.5 INV-4"""
    editor = as_("editor")
    status, made = editor.post("press", TEXT)
    assert (status, made["number"], made["state"], made["version"], made["url"]) == (
        200,
        "新〔2026〕1号",
        "draft",
        1,
        "",
    )
    address = f"press/{made['id']}"
    assert editor.post(f"{address}/publish", {"channels": ["portal"]})[1]["code"] == "not_ready"
    sent = editor.post(f"{address}/submit")[1]
    assert [step["role"] for step in sent["steps"]] == ["office_head", "secrecy_checker", "deputy_leader"]
    for who, step in zip(("office", "secrecy", "deputy"), sent["steps"], strict=True):
        body = {"decision": "approve", "manifest_sha256": sent["manifest_sha256"]}
        body |= dict.fromkeys(step["checks"], True)
        assert as_("editor").post(f"press/steps/{step['id']}/decide", body)[0] == 409
        assert as_(who).post(f"press/steps/{step['id']}/decide", body)[0] == 200
    done = editor.post(f"{address}/publish", {"channels": ["portal"]})[1]
    assert [place["state"] for place in done["publications"]] == ["queued"]
    stories.do_what_is_due()
    shown = editor.get(address)[1]
    assert (shown["state"], shown["url"]) == ("published", "/news/2026-1/")
    assert editor.get("press", state="published")[1]["count"] == 1
    assert editor.get("press", state="draft")[1]["count"] == 0


def test_saving_again_gives_the_same_version_or_another(cast: Cast, as_: As) -> None:
    editor = as_("editor")
    made = editor.post("press", TEXT)[1]
    assert editor.post(f"press/{made['id']}/save", TEXT)[1]["version"] == 1
    other = editor.post(f"press/{made['id']}/save", TEXT | {"title": "改过的题目"})[1]
    assert (other["version"], PressVersion.objects.count()) == (2, 2)


def test_what_is_public_is_corrected_with_a_note_or_not_at_all(cast: Cast, as_: As) -> None:
    """C11.1"""
    release = told.published(cast)
    body = TEXT | {"renditions": {"portal": "10月8日起实行。"}}
    assert as_("editor").post(f"press/{release.pk}/save", body)[1]["code"] == "correction_note"
    assert as_("editor").post(f"press/{release.pk}/save", body | {"correction_note": told.NOTE})[0] == 200
    assert as_("editor").post(f"press/{release.pk}/drop", {"reason": "不想要了不想要了"})[1]["code"] == "already_public"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (TEXT | {"title": ""}, "title"),
        (TEXT | {"department": "NONE"}, "department"),
        (TEXT | {"renditions": {"portal": "a\x00b"}}, "renditions.portal"),
        (TEXT | {"likes": 5}, "likes"),
        (TEXT | {"planned_at": "2026-09-20T10:00"}, "planned_at"),
        ({key: value for key, value in TEXT.items() if key != "title"}, "title"),
    ],
)
def test_a_body_that_cannot_be_kept_is_named(cast: Cast, as_: As, body: dict[str, Any], field: str) -> None:
    status, answer = as_("editor").post("press", body)
    assert (status, [row["field"] for row in answer["fields"]]) == (422, [field])
    assert not PressRelease.objects.exists()


def test_the_calendar_is_planned_read_and_settled(cast: Cast, as_: As, frozen: FrozenClock) -> None:
    """C11.1"""
    office = as_("office")
    made = office.post("disclosures", DISCLOSURE | {"repeats": "monthly"})[1]
    assert (made["late"], made["due_on"]) == (False, "2026-09-25")
    edit = {"title": "第三季度的数据", "kind": "statistics", "due_on": "2026-09-26", "repeats": "monthly"}
    assert office.post(f"disclosures/{made['id']}/edit", edit)[1]["due_on"] == "2026-09-26"
    frozen.advance(dt.timedelta(days=20))
    late = office.get("disclosures")[1]
    assert [(row["id"], row["late"]) for row in late["items"]] == [(made["id"], True)]
    done = office.post(f"disclosures/{made['id']}/finish", {"url": "https://gov.example/8"})[1]
    assert (done["late"], done["url"]) == (True, "https://gov.example/8")
    found = office.get("disclosures", month="2026-09")[1]
    assert (found["year"], found["due"], found["on_time"]) == (2026, 1, 0)
    assert len(office.get("disclosures", month="2026-10")[1]["items"]) == 1, "the next one came by itself"
    assert office.get("disclosures", month="2026-13")[0] == 422
    following = office.get("disclosures", month="2026-10")[1]["items"][0]
    gone = office.post(f"disclosures/{following['id']}/drop", {"reason": "不再统计了", "whole_series": True})[1]
    assert gone["dropped_why"] == "不再统计了"


def test_a_press_release_settles_what_was_owed(cast: Cast, as_: As) -> None:
    office = as_("office")
    made = office.post("disclosures", DISCLOSURE)[1]
    release = told.published(cast)
    done = office.post(f"disclosures/{made['id']}/finish", {"press": release.pk})[1]
    assert (done["press"], done["url"]) == (release.number, "/news/2026-1/")


def test_gaps_are_suggested_given_and_settled(cast: Cast, as_: As) -> None:
    """C6.14 INV-10"""
    from responding.test_information_gaps import asked, rule

    events = asked()
    office = as_("office")
    suggested = office.get("gaps/suggestions")[1]
    assert suggested == {
        "missing": [{"topic": rule().name, "department": "Z-XX", "events": 3, "answers": []}],
        "answered": [],
    }
    made = office.post("gaps", gap_in() | {"topic": rule().name})[1]
    assert (made["asked"], sorted(made["cases"])) == (3, sorted(event.number for event in events))
    assert office.post("gaps", gap_in() | {"topic": "没有这样的题目"})[1]["cases"] == []
    assert office.get("gaps")[1]["count"] == 2
    liaison = as_("tech_liaison")
    assert liaison.post(f"gaps/{made['id']}/finish", {"url": "https://gov.example/9"})[1]["done_by"] == "信息部联络员"
    assert office.get("gaps")[1]["count"] == 1
    assert office.get("gaps", all=True)[1]["count"] == 2


def test_an_account_is_entered_kept_up_and_closed(cast: Cast, as_: As) -> None:
    """C11.2"""
    office = as_("office")
    made = office.post("platforms", PLATFORM)[1]
    assert (made["channel"], made["administrator"], made["idle_days"]) == ("by_hand", "network", None)
    assert "no_backup" in made["problems"]
    base = f"platforms/{made['code']}"
    assert office.post(f"{base}/posted", {"at": "2026-09-13T10:00+08:00"})[1]["idle_days"] == 1
    assert office.post(f"{base}/posted", {"at": "2026-09-12T10:00+08:00"})[1]["code"] == "not_later"
    assert office.post(f"{base}/counted", {"count": 7})[1]["unanswered"] == 7
    assert office.post(f"{base}/counted", {"count": -1})[0] == 422
    assert office.post(f"{base}/checked", {"on": "2026-09-10"})[1]["security_checked_on"] == "2026-09-10"
    assert office.post(f"{base}/edit", PLATFORM | {"backup": "office"})[1]["backup"] == "office"
    closed = office.post(f"{base}/close", {"reason": "并入政务微博"})[1]
    assert closed["closed_why"] == "并入政务微博"
    listed = office.get("platforms")[1]
    assert listed["wechat_missing"] is True
    assert made["code"] in [row["code"] for row in listed["items"]], "history stays"


def test_no_answer_shows_a_secret_of_an_account(cast: Cast, as_: As) -> None:
    """§6.1 S6"""
    Platform.objects.update(sealed_settings=b"sealed-secret")
    told_ = str(as_("office").get("platforms"))
    assert "sealed" not in told_
    assert "secret" not in told_


def test_an_account_can_not_be_given_a_channel_or_secrets_here(cast: Cast, as_: As) -> None:
    """INV-11: what connects an account is the administrator's, on its own form."""
    for extra in ({"channel": "wechat"}, {"sealed_settings": "x"}, {"code": "portal2"}):
        assert as_("office").post("platforms", PLATFORM | extra)[0] == 422


def test_a_partner_is_entered_tried_and_given_what_is_public(cast: Cast, as_: As) -> None:
    """C11.3"""
    office, editor = as_("office"), as_("editor")
    assert office.get("partners")[1]["unlinked"] == ["微鞍山"]
    made = office.post("partners", PARTNER)[1]
    assert (made["pushed"], made["test_overdue"], made["reached"]) == (0, False, None)
    assert office.post(f"partners/{made['id']}/test", {"reached": True})[1]["reached"] is True
    row = told.live(told.published(cast))
    sent = editor.post(f"partners/{made['id']}/push", {"publication": row.pk})[1]
    assert editor.post(f"partners/{made['id']}/push", {"publication": row.pk})[1]["id"] == sent["id"]
    assert PartnerPush.objects.count() == 1
    assert editor.post(f"pushes/{sent['id']}/again")[1]["code"] == "no_mail"
    assert editor.post(f"pushes/{sent['id']}/sent")[0] == 200
    reply = {"reply": "reposted", "url": "https://weianshan.example/a/1"}
    assert editor.post(f"pushes/{sent['id']}/reply", reply)[1]["reply"] == "reposted"
    assert [push["title"] for push in editor.get(f"partners/{made['id']}/pushes")[1]["items"]] == [row.title]
    (listed,) = office.get("partners")[1]["items"]
    assert (listed["pushed"], listed["reposted"], listed["declined"]) == (1, 1, 0)
    change = {"liaison_name": "新的编辑", "liaison_email": "new@weianshan.example"}
    assert office.post(f"partners/{made['id']}/edit", change)[1]["liaison_name"] == "新的编辑"
    assert office.post(f"partners/{made['id']}/end", {"reason": "对方账号停更"})[1]["until"] is not None


@pytest.mark.parametrize("extra", [{"likes": 100}, {"comments": ["好"]}, {"payment": 500}, {"reads": 1}])
def test_comments_likes_and_payments_can_not_even_be_sent_c8_10(cast: Cast, as_: As, extra: dict[str, Any]) -> None:
    office = as_("office")
    assert office.post("partners", PARTNER | extra)[0] == 422
    made = office.post("partners", PARTNER)[1]
    row = told.live(told.published(cast))
    assert office.post(f"partners/{made['id']}/push", {"publication": row.pk} | extra)[0] == 422
    sent = office.post(f"partners/{made['id']}/push", {"publication": row.pk})[1]
    assert office.post(f"pushes/{sent['id']}/reply", {"reply": "declined"} | extra)[0] == 422


def test_what_is_not_public_is_not_pushed_and_not_told(cast: Cast, as_: As) -> None:
    made = as_("office").post("partners", PARTNER)[1]
    case = stories.approved(cast)
    from huiying.responding.actions import release

    (row,) = release(case, ["portal"], cast.office)
    assert as_("editor").post(f"partners/{made['id']}/push", {"publication": row.pk})[1]["code"] == "not_public"
    assert as_("editor").post(f"partners/{made['id']}/push", {"publication": 0})[0] == 404
    assert as_("works_head").post(f"partners/{made['id']}/push", {"publication": row.pk})[0] == 404


READS = ["press", "disclosures", "gaps", "gaps/suggestions", "platforms", "partners"]
WRITES = [
    ("press", TEXT, "inspector"),
    ("disclosures", DISCLOSURE, "inspector"),
    ("platforms", PLATFORM, "editor"),
    ("partners", PARTNER, "editor"),
]


@pytest.mark.parametrize("address", READS)
def test_outsiders_hear_404_strangers_401(cast: Cast, as_: As, stranger: Any, address: str) -> None:
    assert as_("inspector").get(address)[0] == 200
    assert as_("admin").get(address)[0] == 404
    assert stranger.get(address)[0] == 401


@pytest.mark.parametrize(("address", "body", "wrong"), WRITES)
def test_who_may_not_hears_409_and_nothing_moves(
    cast: Cast, as_: As, stranger: Any, address: str, body: dict[str, Any], wrong: str
) -> None:
    before = LedgerEntry.objects.count()
    assert as_(wrong).post(address, body)[1]["code"] == "not_permitted"
    assert as_("admin").post(address, body)[0] == 404
    assert stranger.post(address, body)[0] == 401
    assert LedgerEntry.objects.count() == before
