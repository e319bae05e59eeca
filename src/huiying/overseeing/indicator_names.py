"""What each indicator is called in English; its Chinese words, with its clauses, stand in `commands.WORDS`.

A table and not gettext: indicators are data of the ledger's reader, and the same words leave with `huiying assess`.
"""

from __future__ import annotations

_TABLE = """\
posts_received: Posts received
messages_received: Messages received from the public
events: Events
events_dismissed: Events that two persons decided not to answer
cases: Cases opened
answered: Answered in public
answered_on_time: Answered in time
late: Late
on_time_share: Answered in time, share
late_by_upgrade: Late because the level was raised (counts in no score)
not_answered_by_decision: Lawfully not answered in public
median_hours_to_answer: Median hours to the answer
longest_hours_to_answer: Longest hours to an answer
returned: Returned
corrections: Corrections
confirmations_overridden: Published without waiting for a confirmation
cases_without_one_lead: Cases that for a time had not exactly one lead department
closed: Closed
closed_with_root_cause_share: Closed cases that name the root cause
rectify_tasks: Tasks to put the root cause right
rectify_overdue: Tasks on a root cause past their date
repeat_share: Matters that came again
median_hours_to_liaison: Median hours to the first letter for verification
liaison_required: Cases that must be verified with another body
liaison_share: Of these, verified
liaison_exempted: Excused from verification by decision
clues_handed_over: Clues handed over
first_route_accuracy: First transfers that were right
followed_share: Transfers that follow the routing table
refusal_rate: Transfers that were returned
slips: Transfer slips
slips_complete_share: Transfer slips with all elements
found_and_disposed: Cases with both findings and disposal
closed_settled_share: Closed cases whose matter is settled
closed_with_feedback_share: Closed cases with feedback given
feedback_askers: Feedback to those who asked
feedback_reporters: Feedback to those who reported
feedback_office: Feedback to the office
feedback_leaders: Feedback to leaders
conflicting_statements: Publications against the agreed line
corrections_within_24h: Corrected within 24 hours (honest mistakes; counts in no score)
silent_past_half: No word after half of the time
silent_at_deadline: No word at the deadline
median_minutes_to_accept: Median minutes to acceptance
accepted_on_time_share: Accepted in time
meetings_held: Joint meetings
meetings_required: Cases that need a joint meeting
meeting_share: Of these, met
attendance_share: Attendance at meetings
decisions: Decisions of meetings
decisions_done_share: Decisions carried out
node_reports: Node reports
reports_seen_on_time_share: Node reports seen in time
closed_open_share: Closed cases answered in public or with a lawful ground
empty_grounds: Not published without a ground
media_inquiries: Inquiries by the media
media_answered: Inquiries answered
before_media_share: First word before the media asked
before_peak_share: Answered before the peak
with_basis_share: Answers that name their legal basis
public_releases: Public releases
release_chain_share: Releases with approval and both checks
voice_mismatches: Spoken by a department with no right to
bodies_confirmed_share: Other bodies concerned that confirmed
three_names_share: Public texts that passed three persons
effect_reviews_due: Reviews of effect that were due
effect_reviews_done_share: Reviews of effect done
second_wave_share: Second waves
sustained_required: Cases that need a decision to go on answering
sustained_decided_share: Of these, decided
forms_of_answer: Expert explanations, conferences, interviews
forms_with_evidence_share: Of these, with evidence
families_published: Linked channels used
max_skew_hours: Longest hours between channels
withdrawals: Withdrawals
disclosures_due: Items of active disclosure
disclosures_on_time_share: Active disclosure in time
press_releases: Press releases
spokesperson_days: Days with a spokesperson in the register
detection_hours_p50: Median hours to detection
detection_hours_p90: Hours within which nine of ten are detected
warnings: Warnings
warnings_acknowledged_on_time_share: Warnings acknowledged in time
median_minutes_to_acknowledge: Median minutes to acknowledge a warning
warnings_cancelled: Warnings cancelled
alarms_judged: Spread alarms that were judged
alarms_real_share: Spread alarms that were real
rumour_labels: Called a rumour
rumours_with_proof_share: Rumours with claim, proof and two persons
concern_pairs: Samples labelled by two persons
concern_agreement_share: Of these, labelled alike
concern_kappa: Agreement of two persons, kappa
roster_uncovered_hours: Hours with nobody on the roster
handovers: Hand-overs
handovers_on_time_share: Hand-overs in time
patrol_ticks: Patrol entries
patrol_on_time_share: Patrols in time
emergency_watches: Emergency watches
longest_minutes_to_first_check: Longest minutes from start to the first check
silent_rules_reviewed: Rules without hits that were reviewed
detection_hours_day_p50: Published by day: median hours to detection
detection_hours_day_p90: Published by day: hours within which nine of ten are detected
detection_hours_night_p50: Published by night: median hours to detection
detection_hours_night_p90: Published by night: hours within which nine of ten are detected
outside_compared: Outside items compared
missed: Missed reports
missed_share: Missed reports, share
found_late: Late reports
shares: Shared with other bodies
shares_opened: Shares that were opened
shares_answered: Replies to what was shared
channels_registered: Channels of dialogue in the register
channels_heard: Channels of dialogue with messages
messages_of_no_channel: Messages through no registered channel
via_intake_share: Items of outside lists that had come in here
receipt_share: Messages with a receipt
messages_accepted_share: Messages accepted
median_minutes_to_acceptance: Median minutes to acceptance of a message
ratings: Ratings of satisfaction
satisfied_share: Satisfied
asked_again: Asked again
asked_again_answered_share: Asked again and answered
digests_issued: Monthly digests
consultations_opened: Public consultations
opinions_received: Opinions received
suggestions_adopted: Suggestions adopted
suggestions_with_reason_share: Suggestions with a published reason
consultation_results_on_time_share: Results of consultations published in time
consultations_overdue: Results of consultations past their date
hot_pages: Pages on matters of the day
frequent_pages: Pages of frequent questions
clarification_pages: Clarification pages
rumours_clarified_share: Rumours with a public clarification
hot_topics: Questions asked so often that they need a page
hot_topics_with_page_share: Of these, with a public page
personal_requests: Requests for correction or deletion
personal_requests_on_time_share: Such requests settled in time
policies_screened: Policies screened for the interests of people
policies_touching_people: Of these, touching the interests of people
policies_issued: Policies issued
issued_assessed_share: Of those that touch people, assessed before they were issued
assessments_approved: Risk assessments approved
methods_with_evidence: Methods with evidence
assessments_with_two_methods_share: Assessments by two methods or more
surveys_done: Sample surveys
surveys_small: Surveys with too small a sample
surveys_with_frame_share: Surveys with frame and questions
visits_done: Visits
visits_as_planned_share: Assessments with as many visits as planned
minutes_signed_share: Minutes of deliberation signed
risks_listed: Risks listed
risks_with_sign_and_owner_share: Risks with an early sign and an owner
levels_signed_share: Risk levels signed by a person
grave_risks: Assessments that need a plan
grave_risks_with_plan_share: Of these, with a plan and a date to drill it
plan_drills_on_time_share: Plans drilled in time
plans_met: Events that met a plan's trigger
plans_set_off: Plans set off
agenda_items: Items on the agenda
departments_without_agenda: Departments with none on the agenda
training_sessions: Trainings held
training_attendance_share: Attendance at trainings
training_abilities_covered_share: Abilities trained, of those the regulation asks for
training_quiz_share: Score in quizzes
skills_on_one_person: Skills that hang on one person
house_rules: House rules
house_rules_lapsed: House rules not signed or run out
house_rules_read: Readings acknowledged
daily_logs: Daily logs
daily_logs_signed_share: Daily logs signed by two
special_reports: Special reports issued
instructions_given: Leaders' instructions
instructions_closed_share: Instructions closed
reports_credited: Reports by staff (credited, never scored)
phone_tests: Telephone tests
phone_reached_share: Telephone tests that reached somebody
topics_owned_share: Categories with a lead and a backup
reviews_done: Reviews of what was learned
classes_covered_share: Classes of channels that were looked at
gaps_made: Tasks on information gaps
gaps_done_share: Information gaps closed
seen_by_office_share: Cases that the office saw after a department's report
on_time_lowest_share: Answered in time at the lowest level
on_time_gravest_share: Answered in time at the gravest level
four_eyes_share: Texts whose drafter was not their reviewer
joint_cases_share: Cases with co-departments
accounts_registered: Own platforms in the register
accounts_checked_share: Own platforms whose security was checked
partners_tested_share: Partner accounts that could be reached in a test
partner_pushes: Sent to partner accounts
channels_used: Channels with authoritative releases
assessments_shown: Assessments shown
appeals: Appeals against assessments
appeals_decided_share: Appeals decided
measures: Reminders, supervisions, criticisms and other measures
measures_heard_share: Measures decided after the department was heard
measures_followed_up_share: Measures followed up
gaps_unsigned: Questions of interpretation not signed
right_version_share: Cases judged by the version of their time
"""
ENGLISH: dict[str, str] = dict(line.split(": ", 1) for line in _TABLE.splitlines())
