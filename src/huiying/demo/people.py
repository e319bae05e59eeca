"""The demonstration is made ready, twice is once: the people of `staff` take up their posts, one signs in by card."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import lazy

from huiying.demo import people
from huiying.demo.staff import ADMINISTRATOR, PEOPLE
from huiying.desk.views.sign_in import DemoCard, offer_cards
from huiying.ledger.actions import Actor
from huiying.people.actions import adopt_regulation, appoint
from huiying.people.actions.base import Newcomer, settle
from huiying.people.models import Department
from huiying.people.queries import regulation_now
from huiying.people.versions import in_english
from huiying.regulation import Regulation, loader

NAME = "鞍山市公共资源交易管理局（演示）"
FIRST_EXTENSION = 6101  # telephones inside an invented house


@dataclass(frozen=True)
class Card:
    """What the sign-in page shows of one person."""

    username: str
    name: str
    role: str
    wants: str


# What the cards say on an English page. The people write Chinese: only the cards speak to a visitor.
WANTS_EN = {
    "zhoulan": "See what is due next, take warnings, confirm levels",
    "zhengwei": "Be called first when something urgent happens at night",
    "hanqiu": "Transfer cases, review drafts, watch what is overdue",
    "linxiao": "Turn verified facts into an answer; after approval post it and record the screenshot",
    "majun": "Construction tendering: verify and review",
    "jianglei": "Report facts and hand in first drafts for the construction division",
    "shenli": "Countersign major matters: is the basis right, may it be published",
    "shiyan": "One look before anything is published: no secrets in it",
    "lianan": "Approve on a phone: how long is left, what was changed",
    "guchang": "Approve major and extraordinary answers on a phone",
    "qihong": "The present line, and nothing else",
    "tangning": "See that every source is there, and help the duty officer at night",
    "admin": "Manages people and posts, sees no cases",
}


def _in_the_language_shown(zh: str, en: str) -> str:
    return en if en and in_english() else zh


spoken = lazy(_in_the_language_shown, str)


@transaction.atomic
def settle_in() -> None:
    """Regulation, bureau and people; what is there already stays as it is."""
    adopt_regulation(loader.load("anshan").text, Actor.SYSTEM)
    username, name, _role, _wants = ADMINISTRATOR
    departments = {item.code: item for item in Department.objects.all()}
    made = settle(
        NAME,
        [
            Newcomer(username, name, is_administrator=True),
            *(
                Newcomer(person.username, person.name, departments[person.department], phone=str(number))
                for number, person in enumerate(PEOPLE, start=FIRST_EXTENSION)
            ),
        ],
    )
    for person in PEOPLE:
        if person.username in made:
            user = made[person.username]
            appoint(user, person.role, user.department, is_deputy=person.is_deputy, actor=Actor.SYSTEM)


def cards() -> list[Card]:
    """One card a role, in the order in which the sign-in page shows them, the administrator last."""
    regulation = regulation_now()
    firsts = {one.role: one for one in reversed(PEOPLE)}
    shown = [one for one in PEOPLE if firsts[one.role] is one]
    return [
        *(_card(one.username, one.name, regulation.role(one.role).name, one.wants, regulation) for one in shown),
        _card(*ADMINISTRATOR, regulation),
    ]


def _card(username: str, name: str, role: str, wants: str, regulation: Regulation) -> Card:
    english = "System administrator" if username == ADMINISTRATOR[0] else regulation.english_of(role)
    return Card(username, name, spoken(role, english), spoken(wants, WANTS_EN.get(username, "")))


def prepare() -> None:
    """After migrations, before the loop: the people are in post and the loop knows the course."""
    people.settle_in()
    offer_cards([DemoCard(one.username, one.name, one.role, one.wants) for one in people.cards()])
    importlib.import_module("huiying.demo.director")  # registers its poller and its job with the loop
