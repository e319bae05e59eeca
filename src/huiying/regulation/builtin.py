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
# Kinds of release (C8.2) and what each fulfils where a file leaves them out: a holding statement is the first
# authoritative word, and no answer (G4).
STAGES = {
    "holding": ("正在核实", "Holding statement", ("first_authoritative_release",)),
    "first": ("首发", "First answer", ("respond", "first_authoritative_release", "press_conference")),
    "follow_up": ("续报", "Follow-up", ("respond", "first_authoritative_release", "press_conference")),
    "final": ("结果", "Final result", ("respond", "first_authoritative_release", "press_conference")),
    "correction": ("更正", "Correction", ("respond", "first_authoritative_release", "press_conference")),
    "withdrawal": ("撤回", "Withdrawal", ()),
}
# What is checked before anything is published, whoever does it (C8.2, INV-4).
CHECKS = ("secrecy", "personal_data")
PUBLIC_ACTS = ("respond", "first_authoritative_release", "press_conference")
# How the acts that the software itself starts are called where a file's own ``acts`` block leaves them out.
ACT_NAMES = {
    "respond": ("公开回应", "Public response"),
    "first_authoritative_release": ("首次权威发布", "First authoritative release"),
    "press_conference": ("新闻发布会", "Press conference"),
    "triage": ("研判定级", "Triage"),
    "accept_transfer": ("签收转办", "Accept the transfer"),
    "return_wrong_transfer": ("退回转办", "Return a wrong transfer"),
    "report_office_sync": ("同步报送", "Report to the office"),
    "joint_meeting_convene": ("召集联席会议", "Convene the joint meeting"),
    "liaison": ("核实衔接", "Liaison with other bodies"),
    "first_notice": ("首次报告领导", "First notice to the leaders"),
    "rescan": ("复看传播", "Look at the spread again"),
    "review": ("复盘", "Review afterwards"),
    "special_report": ("舆情专报", "Special report"),
    "statutory": ("法定程序答复", "Statutory answer"),
}
# What may weigh in a department's score (C12.3): shares of work it did itself, of which more is better for the public.
# No count of reports, cases, upgrades, returns or corrections is among them, so that nobody gains by reporting less and
# nobody loses by upgrading late, by returning what is not theirs or by correcting soon (C9.7).
SCORABLE = (
    "on_time_share",
    "accepted_on_time_share",
    "closed_open_share",
    "closed_settled_share",
    "closed_with_root_cause_share",
    "closed_with_feedback_share",
    "liaison_share",
    "slips_complete_share",
    "decisions_done_share",
    "with_basis_share",
    "release_chain_share",
    "bodies_confirmed_share",
    "three_names_share",
    "effect_reviews_done_share",
    "sustained_decided_share",
    "forms_with_evidence_share",
    "phone_reached_share",
)
