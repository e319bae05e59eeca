"""Names that drafting and review pages need: steps, stages, checks, statutory channels, places."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from huiying.desk.templatetags.desk import _name, _regulation
from huiying.responding import steps
from huiying.responding.actions.confirming import heard_after
from huiying.responding.models import BodyConfirmation
from huiying.responding.readiness import GROUNDS
from huiying.responding.targets import target_names

register = template.Library()


@register.simple_tag(takes_context=True)
def review_step_name(context: template.Context, role: str) -> str:
    return _name(context, "review_step", role)


@register.simple_tag(takes_context=True)
def stage_name(context: template.Context, code: str) -> str:
    return _name(context, "stage", code)


@register.simple_tag(takes_context=True)
def statutory_name(context: template.Context, code: str) -> str:
    return _name(context, "statutory", code)


@register.simple_tag(takes_context=True)
def statutory_notice(context: template.Context, code: str) -> str:
    channel = _regulation(context).response.statutory_channels.get(code)
    return channel.notice if channel else code


@register.filter
def check_word(check: str) -> str:
    return steps.check_words(check)


@register.filter
def ground_word(code: str) -> Any:
    return GROUNDS.get(code, code)


@register.filter
def target_word(code: str) -> str:
    return target_names([code])[code]


@register.filter
def means_word(means: str) -> str:
    return {"phone": _("电话"), "letter": _("来函"), "visit": _("当面")}.get(means, means)


@register.filter
def answer_word(answer: str) -> str:
    return {"agree": _("同意"), "amend": _("建议修改"), "object": _("不同意")}.get(answer, answer)


@register.simple_tag
def heard(row: BodyConfirmation) -> BodyConfirmation | None:
    """Where a body that a leader did not wait for was heard after all (C8.4)."""
    return heard_after(row)
