"""C8.9: the feed that another site fetches: only what is public, whole, and signed so that anybody can check it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.test import Client

import stories
from cast import Cast
from huiying.kernel.keyfiles import KeyFileError
from huiying.portal import reading
from huiying.portal.caching import shelf
from huiying.responding import actions
from huiying.responding.models import Publication, Revision


@pytest.fixture(autouse=True)
def _fresh(home: Path) -> None:
    shelf.clear()


def fetched() -> dict[str, Any]:
    response = Client().get("/feed.json")
    assert response.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    found: dict[str, Any] = json.loads(response.content)
    return found


def key() -> Ed25519PublicKey:
    text = Client().get("/.well-known/huiying-release-key.txt").content.decode()
    first, _empty, pem = text.partition("\n\n")
    found = load_pem_public_key(pem.encode())
    assert isinstance(found, Ed25519PublicKey)
    assert first.split()[0] == "ed25519"
    assert base64.b64decode(first.split()[1]) == found.public_bytes_raw()
    return found


def test_an_answer_stands_in_the_feed_with_its_manifest_and_stage(cast: Cast) -> None:
    case = stories.answered(cast)
    row = Publication.objects.get(case=case)
    told = fetched()
    (item,) = told["items"]
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert item["url"] == f"http://testserver/answers/{case.number}/"
    assert item["content_text"] == row.text
    assert item["_huiying"]["manifest_sha256"] == row.manifest_sha256
    assert item["_huiying"]["stage"] == "first"
    assert "drafter" not in json.dumps(told)


def test_the_signature_is_of_these_bytes_and_of_no_others(cast: Cast) -> None:
    stories.answered(cast)
    content = Client().get("/feed.json").content
    signature = base64.b64decode(Client().get("/feed.json.sig").content)
    key().verify(signature, content)
    with pytest.raises(InvalidSignature):
        key().verify(signature, content.replace("恢复".encode(), "中断".encode()))


def test_a_bureau_without_answers_has_an_empty_signed_feed(cast: Cast) -> None:
    content = Client().get("/feed.json").content
    assert json.loads(content)["items"] == []
    key().verify(base64.b64decode(Client().get("/feed.json.sig").content), content)


def test_what_is_about_a_danger_to_life_is_not_in_it(cast: Cast) -> None:
    case = stories.answered(cast)
    type(case.event).objects.filter(pk=case.event_id).update(life_safety=True)
    assert fetched()["items"] == []


def test_what_is_not_out_yet_is_not_in_it(cast: Cast) -> None:
    case = stories.approved(cast)
    actions.release(case, ["portal"], cast.office)
    assert fetched()["items"] == []


def test_a_holding_statement_says_that_it_is_one(cast: Cast) -> None:
    """G4: whoever fetches sees the stage, and shows 「正在核实」 as what it is."""
    case = stories.answered(cast)
    Publication.objects.filter(case=case).update(stage=Revision.HOLDING)
    assert [item["_huiying"]["stage"] for item in fetched()["items"]] == ["holding"]


def test_a_correction_takes_the_place_of_the_first_text_and_says_why(cast: Cast) -> None:
    case = stories.answered(cast)
    told = stories.DRAFT | {"renditions": {"portal": "更正后的文字。"}, "facts": "中断至9时50分。"}
    actions.save_revision(
        case,
        actor=cast.editor,
        corrects=Publication.objects.get(case=case),
        correction_note="时间有误。",
        **told,  # type: ignore[arg-type]
    )
    stories.approve(cast, actions.submit(stories.again(case), cast.editor))
    actions.release(stories.again(case), ["portal"], cast.office)
    before = fetched()["items"]
    stories.do_what_is_due()
    (item,) = fetched()["items"]
    assert before[0]["content_text"] != item["content_text"] == "更正后的文字。"
    assert item["_huiying"]["correction_note"] == "时间有误。"


def test_it_is_kept_like_the_other_pages_until_the_ledger_moves(cast: Cast, django_assert_num_queries: Any) -> None:
    stories.answered(cast)
    first = Client().get("/feed.json")
    with django_assert_num_queries(1):
        second = Client().get("/feed.json", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 304


def test_it_is_the_same_in_every_language(cast: Cast) -> None:
    stories.answered(cast)
    english = Client().get("/feed.json", headers={"Accept-Language": "en"}).content
    assert english == Client().get("/feed.json", headers={"Accept-Language": "zh-hans"}).content


@pytest.mark.parametrize("path", ["/feed.json", "/feed.json.sig", "/.well-known/huiying-release-key.txt"])
def test_nobody_posts_there(cast: Cast, path: str) -> None:
    assert Client().post(path).status_code == 405


def test_the_key_stays_when_the_house_restarts_and_is_never_replaced_in_silence(cast: Cast, home: Path) -> None:
    before = reading.public_key()
    assert reading.public_key() == before
    assert (home / "keys" / "release.key").stat().st_mode & 0o077 == 0
    (home / "keys" / "release.key").unlink()
    with pytest.raises(KeyFileError):
        reading.public_key()


def test_pages_say_that_the_feed_is_there(cast: Cast) -> None:
    assert b'type="application/feed+json"' in Client().get("/").content
