"""What the bodies of all verbs share: no field is lost in silence, names exist, moments can be told in every zone."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from huiying.api.errors import Problem, Problems, Unreadable
from huiying.handling.models import Case
from huiying.people.models import Department, User
from huiying.people.permissions import may
from huiying.people.queries import departments
from huiying.responding.targets import CODE_CHARS, RENDITION_CHARS

READS: dict[int, Any] = {401: Problem, 404: Problem, 422: Problems}
NO: dict[int, Any] = READS | {409: Problem}
FIRST_YEAR, LAST_YEAR = 2000, 2200  # a moment outside cannot be told in every time zone


class Body(Schema):
    """Unknown fields are refused: a misspelt one must not be lost in silence."""

    model_config = ConfigDict(extra="forbid")


class Done(Schema):
    """Where the case stands after the verb."""

    number: str
    state: str


def _within_reason(at: dt.datetime) -> dt.datetime:
    if not FIRST_YEAR <= at.year < LAST_YEAR:
        raise ValueError("year")
    return at


Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]
Username = Annotated[str, Field(min_length=1, max_length=60)]
DepartmentCode = Annotated[str, Field(min_length=1, max_length=20)]
Code = Annotated[str, Field(max_length=CODE_CHARS)]  # of an account of ours, a form of answer, an element of a slip
Rendition = Annotated[str, Field(max_length=RENDITION_CHARS)]


class LabelIn(Body):
    """What is 敏感 about the matter (§6.1 S8, §6.2)."""

    kind: Literal["wrongdoing", "minor", "victim"]
    reason: str = Field(min_length=1, max_length=300)


class ReasonIn(Body):
    reason: Reason


def done(case: Case) -> dict[str, str]:
    """The verb worked on its own, locked copy: what the database has now."""
    case.refresh_from_db()
    return {"number": case.number, "state": case.state}


def or_404(user: User, permission: str) -> None:
    """Outsiders are not even told that it is there (habit 5)."""
    if not may(user, permission):
        raise Http404


def department(code: str, field: str) -> Department:
    """A department in force by its code; 422 at `field` where there is none."""
    found = departments().filter(code=code).first()
    if found is None:
        raise Unreadable(field, _("没有部门代码“%(code)s”，请用制度文件里的代码。") % {"code": code})
    return found


def person(username: str, field: str) -> User:
    """Somebody who works here, by user name; 422 at `field`. The administrator has no part in cases (S6)."""
    people = User.objects.filter(is_active=True, is_administrator=False, oversees=None).select_related("department")
    found = people.filter(username=username).first()
    if found is None:
        raise Unreadable(field, _("没有用户名“%(name)s”，请核对。") % {"name": username})
    return found
