"""Who works here, in which post (岗位), under which regulation, and who speaks where."""

from huiying.people.models.core import (
    Appointment,
    AppointmentQuerySet,
    Bureau,
    Department,
    DutyShift,
    Invitation,
    PhoneTest,
    RegulationVersion,
    User,
    UserManager,
)
from huiying.people.models.duty import GroupSeat, RosterSignature, ShiftSwap
from huiying.people.models.factors import SecondFactor, SecurityKey
from huiying.people.models.identities import Identity
from huiying.people.models.interpretations import Interpretation
from huiying.people.models.registers import Partner, PartnerTest, Platform, Spokesperson

__all__ = [
    "Appointment",
    "AppointmentQuerySet",
    "Bureau",
    "Department",
    "DutyShift",
    "GroupSeat",
    "Identity",
    "Interpretation",
    "Invitation",
    "Partner",
    "PartnerTest",
    "PhoneTest",
    "Platform",
    "RegulationVersion",
    "RosterSignature",
    "SecondFactor",
    "SecurityKey",
    "ShiftSwap",
    "Spokesperson",
    "User",
    "UserManager",
]
