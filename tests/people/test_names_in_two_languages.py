"""Names of the regulation inside sentences: in the reader's language; records keep the Chinese ones."""

from __future__ import annotations

import pytest
from django.utils import translation

from cast import Cast
from huiying.people.permissions import may
from huiying.people.standing import actor_of
from huiying.people.versions import department_name, display_name, join_names
from huiying.regulation import loader

LAW = loader.load("anshan")


@pytest.mark.parametrize(
    ("kind", "code", "zh", "en"),
    [
        ("level", "L2", "较大", "Considerable"),
        ("role", "office_head", "局办公室主任", "Head of the bureau office"),
        ("department", "FGC", "政策法规处", "Policy and legal division"),
        ("word", "谣言", "谣言", "Rumour"),
        ("word", "特别重大", "特别重大", LAW.name_of("word", "特别重大", "en")),
    ],
)
def test_a_name_follows_the_reader(kind: str, code: str, zh: str, en: str) -> None:
    with translation.override("zh-hans"):
        assert display_name(LAW, kind, code) == zh
    with translation.override("en"):
        assert display_name(LAW, kind, code) == en
        assert en.isascii()


def test_an_unknown_code_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        display_name(LAW, "level", "L9")


def test_a_name_copied_in_chinese_finds_its_english_again() -> None:
    assert LAW.english_of("交易中心信息技术部") == "Centre information technology"
    assert LAW.english_of("公开透明原则") == "Openness"
    assert LAW.english_of(LAW.meta.issuer) == LAW.meta.issuer_en
    assert LAW.english_of("某个不在制度里的单位") == "某个不在制度里的单位"
    for department in LAW.departments.values():
        assert LAW.english_of(department.name) == department.en


@pytest.mark.django_db
def test_a_refusal_lists_the_posts_in_the_readers_language(cast: Cast) -> None:
    with translation.override("zh-hans"):
        assert "局办公室主任" in may(cast.tech_head, "case.close").why
        assert join_names(["甲", "乙"]) == "甲、乙"
        assert department_name("政策法规处") == "政策法规处"
    with translation.override("en"):
        assert may(cast.tech_head, "case.close").why == "Only for: Head of the bureau office."
        assert ", " in may(cast.tech_head, "case.open").why
        assert department_name("政策法规处") == "Policy and legal division"


@pytest.mark.django_db
def test_the_ledger_keeps_the_post_in_chinese_whoever_reads(cast: Cast) -> None:
    with translation.override("en"):
        who = actor_of(cast.office)
    assert (who.post, who.department) == ("局办公室主任", "局办公室")
