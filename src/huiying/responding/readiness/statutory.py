"""法定渠道 (C3.1, scenario 17): where people ask for an 异议, 质疑, 投诉, 信访 or 信息公开, the answer points there."""

from __future__ import annotations

from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.judging.models import EventPost
from huiying.people.queries import regulation_of
from huiying.people.words import display_name, join_names
from huiying.responding.models import Revision

LOOKED_AT = 200  # posts of an event that are read for its words


def mentioned_in(case: Case) -> list[str]:
    """Codes of the statutory channels whose words stand in what people wrote, in the order of the regulation."""
    regulation = regulation_of(case.regulation)
    if not regulation.response.statutory_channels:
        return []
    members = EventPost.objects.filter(event=case.event_id, withdrawn_at__isnull=True).select_related("post")
    text = "\n".join(f"{member.post.title}\n{member.post.text}" for member in members.order_by("pk")[:LOOKED_AT])
    return regulation.statutory_in(text)


def why(case: Case, revision: Revision) -> list[str]:
    """Pointing there is the least: an answer never takes the place of a statutory procedure. A file that lists no
    channels asks for nothing.
    """
    if revision.track == Revision.HOLDING or revision.stage == Revision.WITHDRAWAL:
        return []
    regulation = regulation_of(case.regulation)
    channels = regulation.response.statutory_channels
    unknown = [code for code in revision.statutory if code not in channels]
    found = [_("没有这样的法定渠道：%(names)s。") % {"names": join_names(unknown)}] if unknown else []
    missing = [code for code in mentioned_in(case) if code not in revision.statutory]
    if missing:
        names = join_names(display_name(regulation, "statutory", code) for code in missing)
        found.append(_("来文提到%(names)s：请在文稿里勾选告知，公开回应不能代替法定渠道（C3.1）。") % {"names": names})
    return found


def notices(regulation_codes: list[str], case: Case) -> list[str]:
    """What the public is told about each channel, in the regulation's words."""
    channels = regulation_of(case.regulation).response.statutory_channels
    return [channels[code].notice for code in regulation_codes if code in channels]
