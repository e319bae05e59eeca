"""What the ledger vouches for of people, posts, the roster and the registers (INV-8, INV-12)."""

from __future__ import annotations

from typing import Final

from huiying.ledger.kept import COUNTER, keep
from huiying.people.models import (
    Appointment,
    Bureau,
    Department,
    DutyShift,
    GroupSeat,
    Identity,
    Interpretation,
    Invitation,
    Partner,
    PartnerTest,
    PhoneTest,
    Platform,
    RegulationVersion,
    RosterSignature,
    SecondFactor,
    SecurityKey,
    ShiftSwap,
    Spokesperson,
    User,
)

_TRIED: Final = "每次验证都变动：只管重放和输错后的等待，不给任何人权限"

keep(Bureau, "单位登记", "The bureau's own row")
keep(RegulationVersion, "制度版本", "A version of the regulation")
keep(Department, "部门", "A department")
keep(User, "工作人员账号", "An account", but={"last_login": COUNTER})
keep(Appointment, "岗位任命", "An appointment")
keep(Invitation, "设密码的链接", "An invitation")
keep(
    SecondFactor,
    "验证器",
    "An authenticator",
    but={"last_step": _TRIED, "failures": _TRIED, "wait_until": _TRIED},
)
keep(SecurityKey, "安全密钥", "A security key", but={"counter": COUNTER, "used_at": COUNTER})
keep(Identity, "统一认证账号", "An identity")
keep(DutyShift, "值班班次", "A turn of duty")
keep(ShiftSwap, "调班", "A swap of turns")
keep(RosterSignature, "值班表签发", "A signature of the roster")
keep(GroupSeat, "领导小组席位", "A seat in the leading group")
keep(PhoneTest, "通联抽查", "A test of a telephone")
keep(Interpretation, "制度解释", "An interpretation")
keep(
    Platform,
    "平台账号",
    "An account of the bureau's own",
    but={"last_post_at": "由发布证据和人工登记的条目得出，只用来提醒停更"},
)
keep(Spokesperson, "发言人名册", "An entry of the spokesperson register")
keep(Partner, "合作账号", "A partner")
keep(PartnerTest, "合作账号抽查", "A test of a partner's contact")
