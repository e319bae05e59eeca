"""The parts of the law that are in the software itself: no file can switch them off or add to them."""

# DESIGN, "What must be impossible", and DOMAIN §6.3: these are in the software, and a file has to say so.
PROHIBITED = (
    "profile_individual",
    "takedown_request",
    "sockpuppet_post",
    "paid_comment",
    "delete_case",
    "backdate",
    "suppress_level",
    "author_search",
    "mass_report",
)
SEPARATIONS = (
    "drafter != approver",
    "case_owner != assessor_of_that_case",
    "level_lowering needs second_person and reason",
)
# The duties the software knows; a bureau's own role takes some of them on with ``acts_as``.
DUTIES = (
    "leading_group",
    "office",
    "network",
    "editor",
    "reviewer",
    "dept_head",
    "informant",
    "spokesperson",
    "duty_officer",
    "shift_leader",
    "office_head",
    "division_head",
    "legal",
    "deputy_leader",
    "top_leader",
    "secrecy_checker",
    "inspector",
    "joint_meeting",
)
REQUIRED_DUTIES = (
    "duty_officer",
    "shift_leader",
    "editor",
    "informant",
    "spokesperson",
    "office_head",
    "division_head",
    "top_leader",
)
STATES = (
    "registered",
    "assigned",
    "returned",
    "handling",
    "reviewing",
    "approved",
    "answered",
    "declined",
    "closed",
    "merged",
    "voided",
)
PUBLIC_ACTS = ("respond", "first_authoritative_release", "press_conference")
