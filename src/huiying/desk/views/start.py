"""从零到开办: each step with its state as the rows say it, the next open one first （十四）."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.kernel import clock
from huiying.overseeing.drills import Begun, begun
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.regulation import Regulation


@dataclass(frozen=True)
class Step:
    """One thing between an empty house and a running one; `who` says whose it is where it is not the reader's."""

    name: str
    word: str | Promise
    why: str | Promise
    url: str
    done: bool
    told: str
    who: str


# name: its word, one sentence on what is done and why, the page where, the permission of whoever does it.
STEPS: tuple[tuple[str, str | Promise, str | Promise, str, str], ...] = (
    ("regulation", _("制度文件"), _("先定下按哪一份制度办：自带的一份已经生效，本局自己的文件随时可以换上。"),
     "desk:versions", "regulation.bring"),
    ("people", _("部门和人员"), _("每个部门要有人签收，每个岗位要有人；加一个人，把设置链接交给本人。"),
     "desk:people", "people.manage"),
    ("group", _("领导小组"), _("定下组长、副组长和成员：值班表由组长或副组长签发。"),
     "desk:leading_group", "leading_group.edit"),
    ("roster", _("值班表"), _("全天候：每个钟点都有名字，夜里来的急事才叫得到人。"), "desk:roster", "roster.edit"),
    ("interpretations", _("待解释的问题"), _("制度没有写明的 16 个问题，照草案签或改了再签；没有签完不要开办。"),
     "desk:interpretations", "interpretation.sign"),
    ("sources", _("监测来源"), _("每一类渠道至少有一个来源或巡查点，没有的那一类等于听不到。"),
     "desk:coverage", "patrol.edit"),
    ("watch", _("监测规则"), _("自带的规则不认识本地的叫法：把本局、中心和平台的名字加进去，一人提、一人同意。"),
     "desk:watch", "watch.propose"),
    ("platforms", _("发布平台"), _("给每个平台写明管理员和备用管理员，用不着的关掉。"),
     "desk:platforms", "register.edit"),
    ("portal", _("公众网站"), _("自己当一回群众：在公众网站上写一条，看它到了值班台、查询码查得到。"),
     "portal:ask", ""),
    ("patrol", _("第一次巡查"), _("打开一处、看一眼、记一下，从此漏看了会有人知道。"), "desk:patrol", "patrol.tick"),
    ("drill", _("第一场演练"), _("开办之前先出一次事：让一场录下来的风波走完，看复盘。"),
     "desk:drills", "drill.view"),
)  # fmt: skip


@staff()
def start(request: StaffRequest) -> HttpResponse:
    user = request.user
    or_404(user, "people.manage") if not standing(user).held else None
    law = standing(user).regulation
    found = begun(law, clock.now())
    steps = [_step(user, law, found, *row) for row in STEPS]
    ahead = [step for step in steps if not step.done]
    context = {
        "steps": steps,
        "left": len(ahead),
        "ready": len(steps) - len(ahead),
        # The first that the reader can do; else the first of all, with whose it is.
        "next": next((step for step in ahead if not step.who), ahead[0] if ahead else None),
    }
    return render(request, "desk/start.html", context)


def _step(
    user: User, law: Regulation, found: Begun, name: str, word: str | Promise, why: str | Promise, page: str, needs: str
) -> Step:
    who = may(user, needs).why if needs else ""
    return Step(name, word, why, reverse(page), found.done[name], _told(name, law, found), who)


def _told(name: str, law: Regulation, found: Begun) -> str:
    """What there is of it now, in numbers."""
    if name == "regulation":
        return law.meta.title_en if lang() == "en" and law.meta.title_en else law.meta.title
    if name == "people":
        told = _t("%(n)d 个部门有人签收，共 %(all)d 个") % {"n": found.manned, "all": found.departments}
        lacking = _t("、").join(law.name_of("role", code, lang()) for code in found.posts_without)
        return _t("%(told)s；还没有人的岗位：%(names)s") % {"told": told, "names": lacking} if lacking else told
    if name == "sources":
        lacks = _t("、").join(law.english_of(one) if lang() == "en" else one for one in found.classes_without)
        return _t("还缺：%(names)s") % {"names": lacks} if lacks else _t("都有了")
    if name == "roster":
        turns = _t("以后 %(n)d 班") % {"n": found.turns}
        return turns if found.covered or not found.turns else _t("%(turns)s，未来一天有空档") % {"turns": turns}
    if name == "interpretations":
        return _t("还有 %(n)d 条没有签署") % {"n": found.open_gaps} if found.open_gaps else _t("都签了")
    counted = {
        "group": _t("%(n)d 个席位") % {"n": found.seats},
        "watch": _t("改过 %(n)d 次") % {"n": found.rule_changes},
        "platforms": _t("%(n)d 个平台，%(open)d 个缺管理员或备用管理员")
        % {"n": found.accounts, "open": found.unmanned},
        "portal": _t("收到过留言") if found.message else _t("还没有收到留言"),
        "patrol": _t("有人看过") if found.look else _t("还没有人看过"),
        "drill": _t("办过 %(n)d 场") % {"n": found.drills},
    }
    return counted[name]
