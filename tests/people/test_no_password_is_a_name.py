"""A password that is the product's, the bureau's, the city's or the person's name with figures is refused (§6.1 S2)."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from cast import Cast, builtin_text
from huiying.ledger.actions import Actor
from huiying.people import actions
from huiying.people.errors import Refused
from huiying.people.models import Bureau, User

WEAK = [
    "Huiying2026", "huiying@2026", "2026HUIYING!", "Hu1y1ng2026!", "hu!y!ng20261", "Ｈｕｉｙｉｎｇ２０２６",
    "huiyinghuiying", "回应回应20260101", "Anshan2026!!", "Anshan-Huiying-1", "4nsh4n202612", "鞍山20261201!",
    "鞍山市2026-12-01",
    "asggzyjy2026", "Asggzyjy@123", "公共资源2026!", "公共资源交易管理局1", "鞍山公共资源20261", "Huiyingadmin1",
    "admin@Huiying1", "APRTB-20261201", "Duty-20261201", "值班员小周20261201", "局办公室20261201",
    "huiying.asggzyjy",
]  # fmt: skip
GOOD = [
    "夜里两点的值班台-7",
    "松花江上-七盏-渔灯-夜",
    "a huiying of seven lamps",
    "correct horse battery",
    "渔灯在鞍山的河上亮了-7",
]


def refused(password: str, user: User) -> set[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {item.code or "" for item in error.error_list}
    return set()


@pytest.mark.parametrize("password", WEAK)
def test_a_name_with_figures_around_it_is_refused(cast: Cast, password: str) -> None:
    assert "password_is_a_name" in refused(password, cast.duty)


@pytest.mark.parametrize("password", GOOD)
def test_words_of_ones_own_are_taken_even_with_a_name_among_them(cast: Cast, password: str) -> None:
    assert refused(password, cast.duty) == set()


def test_another_bureau_refuses_its_own_names(db: None) -> None:
    actions.adopt_regulation(builtin_text("sixian"), Actor.SYSTEM)
    user = User(username="zhang", name="张三")
    assert "password_is_a_name" in refused("Sixian2026!!", user)
    assert "password_is_a_name" in refused("泗县商务局20261201", user)
    assert "password_is_a_name" not in refused("Anshan2026!!", user)


def test_it_is_asked_where_an_invitation_sets_a_password(cast: Cast) -> None:
    user, token = actions.add_person(username="later", name="待到岗的小钱", department=None, actor=cast.admin)
    for password in ("Huiying2026", "later-2026-12-01", "待到岗的小钱202612"):
        with pytest.raises(Refused, match="名称"):
            actions.accept_invitation(token, password)
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_it_is_asked_at_the_first_start_and_knows_the_name_just_given(db: None) -> None:
    actions.adopt_regulation(builtin_text("anshan"), Actor.SYSTEM)
    token = actions.offer_set_up()
    assert token is not None
    told = {"bureau_name": "辽阳市粮食局", "username": "guanli", "name": "管理员老王"}
    for password in ("Huiying2026", "辽阳粮食局20261201", "guanli-20261201"):
        with pytest.raises(Refused, match=r"名称|太像"):
            actions.set_up(token, password=password, **told)
    assert Bureau.objects.get().set_up_at is None
    assert actions.set_up(token, password=GOOD[0], **told).is_administrator
