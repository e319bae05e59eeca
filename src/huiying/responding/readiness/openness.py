"""公开为原则，不公开为例外 (C1.1): what an answer leaves out has a ground of the law, a name, a day of review."""

from __future__ import annotations

from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.people.queries import zone
from huiying.responding.grounds import GROUNDS
from huiying.responding.models import Revision


def why(case: Case, revision: Revision) -> list[str]:
    if revision.openness == Revision.OPEN:
        if revision.openness_ground or revision.openness_left_out:
            return [_("写了不公开的依据，公开属性却是“主动公开”：请二者选一。")]
        return []
    if revision.openness != Revision.PARTLY:
        return [_("请选择公开属性：主动公开，或部分不公开。整件不予公开另有办法，须两人决定（C1.1）。")]
    found = []
    if revision.openness_ground not in GROUNDS:
        found.append(_("部分不公开须从法定理由中选择依据；只写文字说明不算（C1.1）。"))
    if len(revision.openness_left_out) < 4:
        found.append(_("请概括写明哪一部分不公开（不写具体内容）。"))
    today = time.now().astimezone(zone()).date()
    if revision.openness_review_on is None or revision.openness_review_on <= today:
        found.append(_("部分不公开须写明今后的复核日期。"))
    return found
