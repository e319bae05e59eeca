"""《政府信息公开条例》（国令711号）第十四至十六条: the only grounds of not publishing; free text is none (C1.1)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

GROUNDS = {
    "state_secret": gettext_lazy("第十四条：国家秘密"),
    "forbidden_by_law": gettext_lazy("第十四条：法律、行政法规禁止公开"),
    "public_safety": gettext_lazy("第十四条：危及国家安全、公共安全、经济安全、社会稳定"),
    "third_party": gettext_lazy("第十五条：涉及商业秘密、个人隐私"),
    "internal": gettext_lazy("第十六条：内部事务信息或过程性信息"),
}
