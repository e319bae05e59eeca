"""Who gets what at which address: the whole of it, to be read like the regulation.

A line is a request; the columns are visitors, in this order (`url_world.COLUMNS`):

    an  nobody signed in                    ld  head of the lead department (信息技术部)
    ad  administrator: no word of a case    ot  head of a department that has no case
    du  值班员                              lg  法规处, reviews everything
    of  局办公室主任                        dl  分管副局长
    ed  采编                                in  督查
                                            no  works in 信息技术部, holds no post

A letter is what must happen. Only `*`, `#`, `t` and `b` may leave anything in the ledger:

    +  200 shown          *  302 done and recorded       s  302 to the sign-in       u  401 who are you
    #  200 recorded       >  302, nothing recorded       .  404 not even that it is there
    !  409 refused with its sentence                     ~  422 the form lacks something
    5  503 the loop of this house does not run
    t  409 refused, that it was tried is recorded        b  422 the form lacks something, what was begun is recorded

After `|` stands the form, or its name in FORMS; `@` is a sentence long enough for any reason, braces are names of
`url_world`. The cases in braces each stand in another state: {new} registered, {sent} assigned, {back} returned,
{bare} and {work} handling, {proposed} with a lowering and a withholding that wait for a second person, {review},
{ok} approved, {done} and {checked} answered, {closed}, {merged}; {life} is about a danger to life and lies with 工程处.
On {bare} the office has not read the reports, on {busy} a call rings, {clued} has a clue, letters and a meeting, {two}
two posts, {asked} an asker who waits. {help} is a task of the department that has no case (监督检查处), whose head is
also called to the meeting {guests}.
"""

from __future__ import annotations

from whole.url_rows import (
    accounts,
    arriving,
    asking,
    dialogue,
    documents,
    drafting,
    duty,
    following,
    forms,
    importing,
    keeping,
    organising,
    oversight,
    patrol,
    pictures,
    policies,
    releasing,
    screening,
    sensitive,
    sources,
    stream,
    warnings,
    watch,
)

LETTERS = {
    (200, ""): "+",
    (200, "recorded"): "#",
    (302, "recorded"): "*",
    (302, ""): ">",
    (301, ""): ">",
    (302, "sign-in"): "s",
    (401, ""): "u",
    (404, ""): ".",
    (409, ""): "!",
    (409, "recorded"): "t",
    (422, ""): "~",
    (422, "recorded"): "b",
    (503, ""): "5",
}

# Addresses that take a form without a CSRF token, each with its reason. Nothing else does.
CSRF_EXEMPT = {
    "/api/hooks/0/unknown": "A tool has no session: its address holds a key, and Miniflux signs what it sends.",
    "/follow/end/0-x/": "A mail program ends a subscription by itself (RFC 8058); the link is the key.",
    "/rights/status/": "Looking up changes nothing and another site cannot read the reply.",
    "/status/": "Looking up changes nothing and another site cannot read the reply; the form stands on kept pages.",
}

# Pages of staff that hold nothing of a case, so that a cache may keep them.
SAME_FOR_ALL = ("/api/openapi.json",)

FORMS = {
    "paste": "text=鞍山公共资源交易中心评标专家库抽取系统今天打不开",
    "set_up": "username=x name=x bureau_name=x password=long-enough-51 again=long-enough-51",
    "password": "password=long-enough-51 again=long-enough-51",
    "knowledge": "known_at=2026-09-14T08:00 how=值班电话 evidence=@",
    "withhold": "ground=internal reason=@ review_on=2026-12-01",
    "draft": "title=说明 question=@ facts=@ basis=《电子招标投标办法》 rendition_portal=@",
    "review": "decision=approve manifest_sha256={sha} secrecy=on personal_data=on",
    "publications": "url=https://weibo.example/2 screenshot=png",
    "add": "name=新来的小吕 username=xiaolv department={GCC}",
    "task": "kind=matter title=@ owner={liaison_of_lead} due_at=2026-09-16T10:00",
    "split": "posts[]={second_post} title=@ reason=@",
    "told": "names[]={asker} means=phone text=@",
    "clue": "body=公安机关 facts=@ legal_ground=@",
    "convene": "topic=@ place=三楼会议室 starts_at=2026-09-16T10:00 chair={deputy}",
    "minute": "situation=@ discussion=@ title_1=@ owner_1={liaison_of_lead} due_1=2026-09-20T10:00",
    "shift": "user={duty2} starts_at=2026-09-25T08:00 ends_at=2026-09-25T17:30 days=1",
    "finding": "finding=true name=值班的同志 text=@",
    "api_task": "kind=matter title=@ department=Z-XX owner=tech_liaison due_at=2026-09-16T10:00+08:00",
    "api_convene": "topic=@ place=三楼会议室 starts_at=2026-09-16T10:00+08:00 chair=deputy",
    "close": "root_cause=@ no_rectify=@",
}

OWN = """
# The desk: pages                                      a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/                                            s + + + + + + + + + +
GET  /desk/cases/{work}/answer/                        s . + + + + . + + + .
GET  /desk/live/?scope=home                            s + + + + + + + + + +
GET  /desk/live/?scope=case:{work}                     s . + + + + . + + + .
GET  /desk/live/?scope=case:{life}                     s . + + . . . . + . .
GET  /desk/sign-in/                                    + > > > > > > > > > >
GET  /desk/set-up/unknown/                             . . . . . . . . . . .
GET  /desk/invitation/{invitation}/                    + + + + + + + + + + +
GET  /desk/invitation/unknown/                         . . . . . . . . . . .
GET  /desk/events/                                     s . + + . . . + + + .
GET  /desk/events/{event}/                             s . + + . . . + + + .
GET  /desk/events/{life_event}/                        s . + + . . . . + . .
GET  /desk/suspects/                                   s . + + . . . . . . .
GET  /desk/cases/                                      s + + + + + + + + + +
GET  /desk/cases/{work}/                               s . + + + + . + + + .
GET  /desk/cases/{sent}/                               s . + + + + . + + + .
GET  /desk/cases/?q=人身安全                           s + + + + + + + + + +
GET  /desk/cases/{life}/                               s . + + . . . . + . .
GET  /desk/cases/{bare}/                               s . + # + + . + + + .
GET  /desk/cases/{merged}/                             s . + + + + . + + + .
GET  /desk/cases/{work}/together/                      s . + + + + . + + + .
GET  /desk/cases/{life}/together/                      s . + + . . . . + . .
GET  /desk/cases/{clued}/outside/                      s . + + + + . + + + .
GET  /desk/cases/{life}/outside/                       s . + + . . . . + . .
GET  /desk/cases/{new}/route/                          s . + + . . . . . . .
GET  /desk/cases/{sent}/route/                         s . + + . . . . . . .
GET  /desk/cases/{back}/route/                         s . . + . . . . . . .
GET  /desk/cases/{work}/route/                         s . . . . . . . . . .
GET  /desk/cases/{life}/route/                         s . + + . . . . . . .
GET  /desk/cases/{work}/texts/                         s . + + + + . + + + .
GET  /desk/cases/{life}/texts/                         s . + + . . . . + . .
GET  /desk/cases/unknown/                              s . . . . . . . . . .
GET  /desk/cases/{work}/draft/                         s . . + + + . . . . .
GET  /desk/cases/{life}/draft/                         s . . + . . . . . . .
GET  /desk/reviews/                                    s + + + + + + + + + +
GET  /desk/reviews/{step}/                             s . + + + + . + + + .
GET  /desk/publications/{to_post}/                     s . + + + + . + + + .
GET  /desk/publications/{to_check}/                    s . + + + + . + + + .
GET  /desk/evidence/{evidence}/                        s . + + + + . + + + .
GET  /desk/posts/{heard_post}/sealed/                  s . + + . . . . . . .
GET  /desk/search/?q=登录                              s . + + + + + + + + .
GET  /desk/ledger/                                     s . . + . . . . + + .
GET  /desk/ledger/?chain=event:{life_event}            s . . + . . . . + + .
GET  /desk/access/                                     s . . . . . . . + + .
GET  /desk/regulation/                                 s + + + + + + + + + +
GET  /desk/people/                                     s + . . . . . . . . .

# The desk: what people do together, pages             a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/slips/{slip}/                               s . + + + + . + + + .
GET  /desk/slips/{life_slip}/                          s . + + . . . . + . .
GET  /desk/slips/999999/                               s . . . . . . . . . .
GET  /desk/tasks/                                      s + + + + + + + + + +
GET  /desk/tasks/?whose=all                            s + + + + + + + + + +
GET  /desk/tasks/{task}/                               s . + + + + . + + + .
GET  /desk/tasks/{help}/                               s . + + + + + + + + .
GET  /desk/tasks/{life_task}/                          s . + + . . . . + . .
GET  /desk/attachments/{file}/                         s . + + + + . + + + .
GET  /desk/attachments/{life_file}/                    s . + + . . . . + . .
GET  /desk/liaisons/                                   s + + + + + + + + + +
GET  /desk/liaisons/?all=1                             s + + + + + + + + + +
GET  /desk/liaisons/{letter_sent}/                     s . + + + + . + + + .
GET  /desk/liaisons/{life_letter}/                     s . + + . . . . + . .
GET  /desk/meetings/                                   s + + + + + + + + + +
GET  /desk/meetings/?all=1                             s + + + + + + + + + +
GET  /desk/meetings/{meeting}/                         s . + + . + . + + + .
GET  /desk/meetings/{guests}/                          s . + + . + + + + + .
GET  /desk/meetings/{life_meeting}/                    s . + + . . . . + . .
GET  /desk/meetings/{held}/minutes/                    s . + + . + . + + + .
GET  /desk/meetings/{life_meeting}/minutes/            s . + + . . . . + . .
GET  /desk/inbox/                                      s + + + + + + + + + +
GET  /desk/inbox/?only=unread                          s + + + + + + + + + +
GET  /desk/inbox/{notice}/                             s . . > . . . . . . .
GET  /desk/departments/Z-XX/                           s . + + . + . + + + .
GET  /desk/departments/JDC/                            s . + + . . + + + + .
GET  /desk/departments/GCC/                            s . + + . . . + + + .
GET  /desk/departments/XX/                             s . . . . . . . . . .
GET  /desk/board/                                      s . + + + + + + + + .
GET  /desk/decisions/                                  s . . . . . . . + . .
GET  /desk/roster/                                     s . + + + + + + + + .
GET  /desk/contacts/                                   s . + + + + + + + + .
GET  /desk/contacts/?gaps=1                            s . + + + + + + + + .
GET  /desk/routing/                                    s . + + + + + + + + .

# The desk: what comes in                              a a d o e l o l d i n
#                                                      n d u f d d t g l n o
POST /desk/take-in/                                    s > * * * * * * * * > | paste
POST /desk/warnings/{warning}/acknowledge/             s . * * . . . . * . .
POST /desk/urgent/{call}/acknowledge/                  s . * * . . . . * . . | what_was_done=@
POST /desk/posts/{heard_post}/sealed/                  s . # # . . . . . . . | reason=@
POST /desk/suspects/{suspect}/hit/                     s . * * . . . . . . .
POST /desk/suspects/{suspect}/out/                     s . * * . . . . . . .
POST /desk/suspects/{cleared}/undo/                    s . * * . . . . . . .
POST /desk/suspects/{suspect}/unknown/                 s . . . . . . . . . .

# The desk: events                                     a a d o e l o l d i n
#                                                      n d u f d d t g l n o
POST /desk/events/{event}/do/open_case/                s . * * . . . ! ! ! . | level=L2 reason=@
POST /desk/events/{event}/do/set_concern/              s . * * . . . ! ! ! . | concern=投诉
POST /desk/events/{doubtful}/do/second_concern/        s . * * . . . ! ! ! . | agree=yes
POST /desk/events/{event}/do/propose_dismissal/        s . * * . . . ! * ! . | ground=misread reason=@
POST /desk/events/{doubtful}/do/second_dismissal/      s . * * . . . ! * ! . | agree=yes
POST /desk/events/{event}/do/read_attitude/            s . * * . . . ! ! ! . | critical=3 sample=30
POST /desk/events/{event}/do/set_offline_risk/         s . * * . . . ! ! ! . | value=1
POST /desk/events/{event}/do/merge/                    s . * * . . . ! ! ! . | number={into}
POST /desk/events/{event}/do/merge/                    s . ~ ~ . . . ~ ~ ~ .
POST /desk/events/{event}/do/unmerge/                  s . > > . . . ! ! ! .
POST /desk/events/{event}/do/keep_apart/               s . * * . . . ! ! ! . | number={into} reason=@
POST /desk/events/{event}/do/split_event/              s . ~ ~ . . . ~ ~ ~ . | posts=0 reason=@
POST /desk/events/{life_event}/do/set_offline_risk/    s . * * . . . . ! . . | value=1
POST /desk/events/{event}/do/unknown/                  s . . . . . . . . . .

# The desk: cases                                      a a d o e l o l d i n
#                                                      n d u f d d t g l n o
POST /desk/cases/{new}/do/confirm_level/               s . * * ! . . ! * ! . | level=L3
POST /desk/cases/{new}/do/propose_lower/               s . * * ! . . ! * ! . | level=L1 reason=@@@
POST /desk/cases/{proposed}/do/second_lower/           s . * * ! ! . ! * ! . | agree=yes
POST /desk/cases/{new}/do/set_emergency/               s . * * ! . . ! * ! . | level=一般
POST /desk/cases/{new}/do/add_knowledge/               s . * * ! . . ! ! ! . | knowledge
POST /desk/cases/{new}/do/route/                       s . * * ! . . ! ! ! . | department={GCC} reason=@
POST /desk/cases/{sent}/do/undo_route/                 s . * * ! ! . ! ! ! .
POST /desk/cases/{sent}/do/accept/                     s . ! ! ! * . ! ! ! .
POST /desk/cases/{sent}/do/return/                     s . ! ! ! * . ! ! ! . | reason=@
POST /desk/cases/{back}/do/decide_return/              s . ! * ! ! . ! ! ! . | department={GCC} decision=@
POST /desk/cases/{work}/do/find/                       s . ! ! ! * . ! ! ! . | facts=@ cause=@ impact=@
POST /desk/cases/{work}/do/dispose/                    s . ! ! ! * . ! ! ! . | actions=@
POST /desk/cases/{work}/do/submit/                     s . ! * * * . ! ! ! .
POST /desk/cases/{review}/do/withdraw/                 s . ! * * * . ! ! ! .
POST /desk/cases/{work}/do/ask_confirmation/           s . ! * * * . ! ! ! . | body=市住房和城乡建设局
POST /desk/cases/{ok}/do/release/                      s . ! * * ! . ! ! ! . | channels[]=portal
POST /desk/cases/{sent}/do/withhold/                   s . ! * ! ! . ! * ! . | withhold
POST /desk/cases/{proposed}/do/second_withhold/        s . ! * ! ! . ! * ! . | agree=yes
POST /desk/cases/{done}/do/sustain/                    s . ! * ! ! . ! * ! . | sustained=no reason=@
POST /desk/cases/{checked}/do/close/                   s . ! * ! ! . ! ! ! . | close
POST /desk/cases/{sent}/do/merge/                      s . * * ! ! . ! ! ! . | number={work}
POST /desk/cases/{new}/do/void/                        s . ! * ! . . ! ! ! . | reason=@
POST /desk/cases/{closed}/do/reopen/                   s . * * ! ! . ! ! ! . | reason=@
POST /desk/cases/{new}/do/set_keys/                    s . * * ! . . ! ! ! . | category=PT nature=系统故障
POST /desk/cases/{busy}/do/acknowledge_call/           s . * * ! * . ! * ! .
POST /desk/cases/{work}/do/note_act/                   s . * * ! * . ! ! ! . | kind=rescan note=@
POST /desk/cases/{two}/do/split/                       s . * * ! ! . ! ! ! . | split
POST /desk/cases/{merged}/do/unmerge/                  s . ! * ! ! . ! ! ! . | reason=@
POST /desk/cases/{bare}/do/agree_facts/                s . ! * * * . ! ! ! . | text=@ based_on=0
POST /desk/cases/{work}/do/agree_facts/                s . ! ! ! ! . ! ! ! . | text=@ based_on=0 reason=@
POST /desk/cases/{work}/do/make_task/                  s . * * ! * . ! ! ! . | task
POST /desk/cases/{work}/do/say/                        s . * * * * . ! * ! . | text=@
POST /desk/cases/{work}/do/attach/                     s . * * * * . ! * ! . | file=txt
POST /desk/cases/{asked}/do/give_feedback/             s . * * ! * . ! ! ! . | told
POST /desk/cases/{work}/do/link_recurrence/            s . ! * ! * . ! ! ! . | number={sent} reason=@
POST /desk/cases/{work}/do/link_recurrence/            s . ! * ! ! . ! ! ! . | number={life} reason=@
POST /desk/cases/{work}/do/draft_liaison/              s . * * ! ! . ! ! ! . | body=市委宣传部 points=@
POST /desk/cases/{work}/do/exempt_liaison/             s . ! * ! ! . ! * ! . | reason=@
POST /desk/cases/{work}/do/propose_clue/               s . ! * ! * . ! ! ! . | clue
POST /desk/cases/{clued}/do/sign_clue/                 s . ! ! ! ! . ! * ! . | sign=yes
POST /desk/cases/{work}/do/convene_meeting/            s . ! * ! ! . ! * ! . | convene
POST /desk/cases/{life}/do/add_knowledge/              s . * * . . . . ! . . | knowledge
POST /desk/cases/{life}/do/say/                        s . * * . . . . * . . | text=@
POST /desk/cases/{life}/do/make_task/                  s . * * . . . . ! . . | task
POST /desk/cases/{new}/route/                          s . * * . . . . . . . | department={GCC} reason=@
POST /desk/cases/{new}/route/                          s . ~ ~ . . . . . . .
POST /desk/cases/{back}/route/                         s . . * . . . . . . . | department={GCC} decision=@
POST /desk/cases/{work}/route/                         s . . . . . . . . . . | department={GCC} reason=@
POST /desk/cases/{work}/do/find/                       s . ~ ~ ~ ~ . ~ ~ ~ .
POST /desk/cases/{work}/do/unknown/                    s . . . . . . . . . .
POST /desk/cases/{bare}/draft/                         s . . * * * . . . . . | draft
POST /desk/reviews/{step}/                             s . ! ! ! * . ! ! ! . | review
POST /desk/publications/{to_post}/                     s . ! * * ! . ! ! ! . | publications
POST /desk/publications/{to_check}/                    s . * * * ! . ! ! ! . | ok=yes
POST /desk/confirmations/{confirmation}/override/      s . > > > > . > * > . | reason=@

# The desk: what people do together                    a a d o e l o l d i n
#                                                      n d u f d d t g l n o
POST /desk/calls/{ring}/acknowledge/                   s . * * > * . > * > .
POST /desk/calls/{life_call}/acknowledge/              s . * * . . . . * . .
POST /desk/calls/999999/acknowledge/                   s . . . . . . . . . .
POST /desk/tasks/{task}/done/                          s . ! * ! * . ! ! ! . | note=@
POST /desk/tasks/{task}/done/                          s . ~ ~ ~ ~ . ~ ~ ~ .
POST /desk/tasks/{task}/drop/                          s . ! * ! ! . ! ! ! . | reason=@
POST /desk/tasks/{help}/done/                          s . ! * ! ! * ! ! ! . | note=@
POST /desk/tasks/{help}/drop/                          s . ! * ! ! ! ! ! ! . | reason=@
POST /desk/tasks/{life_task}/done/                     s . ! * . . . . ! . . | note=@
POST /desk/tasks/{task}/unknown/                       s . . . . . . . . . .
POST /desk/liaisons/{letter}/do/edit/                  s . * * ! ! . ! ! ! . | letter=@@
POST /desk/liaisons/{letter}/do/send/                  s . * * ! ! . ! ! ! . | means=link
POST /desk/liaisons/{letter_sent}/do/record_answer/    s . * * ! ! . ! ! ! . | finding
POST /desk/liaisons/{letter}/do/unknown/               s . . . . . . . . . .
POST /desk/liaisons/{life_letter}/do/send/             s . * * . . . . ! . . | means=phone
POST /desk/meetings/{meeting}/do/acknowledge/          s . ! * . * . * * ! .
POST /desk/meetings/{guests}/do/acknowledge/           s . ! * . * * * * ! .
POST /desk/meetings/{meeting}/do/hold/                 s . ! * . ! . ! ! ! . | {attendance}
POST /desk/meetings/{held}/do/minute/                  s . ! * . ! . ! ! ! . | minute
POST /desk/meetings/{held}/do/sign/                    s . ! ! . ! . ! * ! .
POST /desk/meetings/{meeting}/do/cancel/               s . ! * . ! . ! * ! . | why=@
POST /desk/meetings/{meeting}/do/cancel/               s . ~ ~ . ~ . ~ ~ ~ .
POST /desk/meetings/{life_meeting}/do/acknowledge/     s . ! ! . . . . * . .
POST /desk/meetings/{meeting}/do/unknown/              s . . . . . . . . . .
POST /desk/inbox/read/                                 s > > > > > > > > > > | newest={notice}
POST /desk/departments/Z-XX/plan/                      s . . * . * . . . . . | title=@ due_on=2026-09-28
POST /desk/departments/JDC/plan/                       s . . * . . * . . . . | title=@ due_on=2026-09-28
POST /desk/departments/Z-XX/plan/                      s . . ~ . ~ . . . . .
POST /desk/agenda/{plan}/acknowledge/                  s . . > . * . . . . .
POST /desk/agenda/{planned}/finish/                    s . . * . * . . . . . | note=@
POST /desk/agenda/{plan}/unknown/                      s . . . . . . . . . .
POST /desk/roster/set/                                 s . . * . . . . . . . | shift
POST /desk/roster/set/                                 s . . ~ . . . . . . .
POST /desk/roster/{shift}/cancel/                      s . . * . . . . . . .
POST /desk/contacts/{network}/test/                    s . * * . . . . . . . | reached=yes
POST /desk/contacts/{network}/test/                    s . > > . . . . . . .
POST /desk/routing/propose/                            s . . * . . . . . . . | category=TD lead={GCC} reason=@
POST /desk/routing/propose/                            s . . ~ . . . . . . .
POST /desk/routing/{proposal}/agree/                   s . . * . . . . . . .
POST /desk/routing/{proposal}/refuse/                  s . . * . . . . . . .
POST /desk/routing/{rule}/end/                         s . . * . . . . . . . | reason=@
POST /desk/routing/{rule}/unknown/                     s . . . . . . . . . .

# The desk: ledger and people                          a a d o e l o l d i n
#                                                      n d u f d d t g l n o
POST /desk/ledger/                                     s . . + . . . . + + .
POST /desk/people/add/                                 s # . . . . . . . . . | add
POST /desk/people/{invited}/invite/                    s # . . . . . . . . .
POST /desk/people/{network}/appoint/                   s * . . . . . . . . . | role=editor department={GCC}
POST /desk/people/{network}/relieve/                   s * . . . . . . . . . | appointment={post}
GET  /desk/people/{network}/leaving/                   s + . . . . . . . . .
POST /desk/people/{network}/suspend/                   s * . . . . . . . . . | reason=@
POST /desk/people/{network}/reopen/                    s > . . . . . . . . . | reason=@
POST /desk/people/{network}/hand_over/                 s > . . . . . . . . . | kind=task to={duty2}
POST /desk/people/{network}/deactivate/                s * . . . . . . . . .

# The API                                              a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /api/                                             . . . . . . . . . . .
GET  /api/openapi.json                                 + + + + + + + + + + +
GET  /api/health                                       5 5 5 5 5 5 5 5 5 5 5
GET  /api/answers                                      + + + + + + + + + + +
GET  /api/cases                                        u + + + + + + + + + +
GET  /api/cases/{work}                                 u . + + + + . + + + .
GET  /api/cases/{life}                                 u . + + . . . . + . .
GET  /api/events                                       u . + + . . . + + + .
GET  /api/events/{event}                               u . + + . . . + + + .
GET  /api/events/{life_event}                          u . + + . . . . + . .
GET  /api/events/{event}/spread                        u . + + . . . + + + .
GET  /api/events/{event}/views                         u . + + . . . + + + .
GET  /api/events/{event}/heat                          u . + + . . . + + + .
GET  /api/events/{life_event}/views                    u . + + . . . . + . .
POST /api/cases/{sent}/accept                          u . ! ! ! # . ! ! ! .
POST /api/cases/{sent}/return                          u . ! ! ! # . ! ! ! . | reason=@
POST /api/cases/{work}/find                            u . ! ! ! # . ! ! ! . | facts=@ cause=@ impact=@
POST /api/cases/{work}/dispose                         u . ! ! ! # . ! ! ! . | actions=@
POST /api/cases/{new}/confirm_level                    u . # # ! . . ! # ! . | level=L3
POST /api/cases/{new}/route                            u . # # ! . . ! ! ! . | department=GCC reason=@
POST /api/cases/{work}/submit                          u . ! # # # . ! ! ! .
POST /api/cases/{ok}/release                           u . ! # # ! . ! ! ! . | channels[]=portal
GET  /api/cases/{work}/facts                           u . + + + + . + + + .
GET  /api/cases/{work}/tasks                           u . + + + + . + + + .
GET  /api/cases/{work}/slips                           u . + + + + . + + + .
GET  /api/cases/{work}/required                        u . + + + + . + + + .
GET  /api/cases/{asked}/feedback                       u . + + + + . + + + .
GET  /api/cases/{two}/posts                            u . + + + + . + + + .
GET  /api/cases/{clued}/liaisons                       u . + + + + . + + + .
GET  /api/cases/{clued}/clues                          u . + + + + . + + + .
GET  /api/cases/{clued}/meetings                       u . + + + + . + + + .
GET  /api/cases/{busy}/calls                           u . + + + + . + + + .
GET  /api/cases/{life}/facts                           u . + + . . . . + . .
GET  /api/cases/{life}/tasks                           u . + + . . . . + . .
GET  /api/cases/{life}/slips                           u . + + . . . . + . .
GET  /api/cases/{life}/required                        u . + + . . . . + . .
GET  /api/cases/{life}/feedback                        u . + + . . . . + . .
GET  /api/cases/{life}/posts                           u . + + . . . . + . .
GET  /api/cases/{life}/liaisons                        u . + + . . . . + . .
GET  /api/cases/{life}/clues                           u . + + . . . . + . .
GET  /api/cases/{life}/meetings                        u . + + . . . . + . .
GET  /api/cases/{life}/calls                           u . + + . . . . + . .
GET  /api/meetings/{meeting}                           u . + + . + . + + + .
GET  /api/meetings/{guests}                            u . + + . + + + + + .
GET  /api/meetings/{life_meeting}                      u . + + . . . . + . .
GET  /api/tasks                                        u + + + + + + + + + +
GET  /api/tasks?all=true                               u + + + + + + + + + +
GET  /api/notices                                      u + + + + + + + + + +
GET  /api/roster                                       u . + + + + + + + + .
GET  /api/contacts                                     u . + + + + + + + + .
GET  /api/routing                                      u . + + + + + + + + .
POST /api/cases/{new}/set_keys                         u . # # ! . . ! ! ! . | category=PT nature=系统故障
POST /api/cases/{bare}/agree_facts                     u . ! # # # . ! ! ! . | text=@ based_on=0
POST /api/cases/{work}/tasks                           u . # # ! # . ! ! ! . | api_task
POST /api/cases/{work}/say                             u . # # # # . ! # ! . | text=@
POST /api/cases/{asked}/feedback                       u . # # ! # . ! ! ! . | to=asker name={asker} means=phone text=@
POST /api/cases/{work}/recurrence                      u . ! # ! # . ! ! ! . | earlier={sent} reason=@
POST /api/cases/{work}/recurrence                      u . ! # ~ ~ . ~ ! ~ . | earlier={life} reason=@
POST /api/cases/{work}/note_act                        u . # # ! # . ! ! ! . | kind=rescan note=@
POST /api/cases/{two}/split                            u . # # ! ! . ! ! ! . | split
POST /api/cases/{merged}/unmerge                       u . ! # ! ! . ! ! ! . | reason=@
POST /api/events/{event}/merge                         u . # # . . . ! ! ! . | number={into}
POST /api/events/{event}/unmerge                       u . + + . . . ! ! ! .
POST /api/events/{event}/split                         u . ! ! . . . ! ! ! . | posts[]=1 reason=@
POST /api/events/{event}/keep_apart                    u . # # . . . ! ! ! . | number={into} reason=@
POST /api/cases/{work}/liaisons                        u . # # ! ! . ! ! ! . | body=市委宣传部 points=@
POST /api/cases/{work}/exempt_liaison                  u . ! # ! ! . ! # ! . | reason=@
POST /api/cases/{work}/clues                           u . ! # ! # . ! ! ! . | clue
POST /api/cases/{work}/meetings                        u . ! # ! ! . ! # ! . | api_convene
POST /api/cases/{life}/say                             u . # # . . . . # . . | text=@
POST /api/clues/{clue}/sign                            u . ! ! ! ! . ! # ! . | sign=true
POST /api/calls/{ring}/acknowledge                     u . # # ! # . ! # ! .
POST /api/calls/{life_call}/acknowledge                u . # # . . . . # . .
POST /api/tasks/{task}/finish                          u . ! # ! # . ! ! ! . | note=@
POST /api/tasks/{task}/drop                            u . ! # ! ! . ! ! ! . | reason=@
POST /api/tasks/{help}/finish                          u . ! # ! ! # ! ! ! . | note=@
POST /api/tasks/{life_task}/finish                     u . ! # . . . . ! . . | note=@
POST /api/liaisons/{letter}/send                       u . # # ! ! . ! ! ! . | means=link
POST /api/liaisons/{letter_sent}/record_answer         u . # # ! ! . ! ! ! . | finding
POST /api/liaisons/{life_letter}/send                  u . # # . . . . ! . . | means=phone
POST /api/meetings/{meeting}/acknowledge               u . ! # . # . # # ! .
POST /api/meetings/{meeting}/hold                      u . ! # . ! . ! ! ! . | seats={seats}
POST /api/meetings/{held}/minute                       u . ! # . ! . ! ! ! . | situation=@ discussion=@
POST /api/meetings/{held}/sign                         u . ! ! . ! . ! # ! .
POST /api/meetings/{meeting}/cancel                    u . ! # . ! . ! # ! . | reason=@
POST /api/meetings/{life_meeting}/acknowledge          u . ! ! . . . . # . .
POST /api/routing                                      u . ! # ! ! ! ! ! ! . | category=TD lead=GCC reason=@
POST /api/routing/{proposal}/second                    u . ! # ! ! ! ! ! ! . | agree=true
POST /api/contacts/network/test                        u . # # ! ! ! ! ! ! . | reached=true
POST /api/posts                                        u ! # ! ! ! ! ! ! ! ! | rows

# The public site                                      a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /                                                 + + + + + + + + + + +
GET  /answers/                                         + + + + + + + + + + +
GET  /answers/{done}/                                  + + + + + + + + + + +
GET  /answers/{ok}/                                    . . . . . . . . . . .
GET  /ask/                                             + + + + + + + + + + +
GET  /ask/received/                                    + + + + + + + + + + +
GET  /status/                                          + + + + + + + + + + +
GET  /confirm/{token}/                                 + + + + + + + + + + +
GET  /confirm/unknown/                                 . . . . . . . . . . .
GET  /liaison/{link}/                                  + + + + + + + + + + +
GET  /liaison/{used_link}/                             + + + + + + + + + + +
GET  /liaison/unknown/                                 . . . . . . . . . . .
GET  /about/                                           + + + + + + + + + + +
GET  /language/en/                                     > > > > > > > > > > >
GET  /language/xx/                                     . . . . . . . . . . .
GET  /feed.xml                                         + + + + + + + + + + +
GET  /robots.txt                                       + + + + + + + + + + +
GET  /favicon.ico                                      > > > > > > > > > > >
GET  /i18n/setlang/                                    > > > > > > > > > > >
POST /ask/                                             * * * * * * * * * * * | kind=咨询 text=@@
POST /status/                                          + + + + + + + + + + + | number={message} code={code}
POST /status/                                          . . . . . . . . . . . | number={message} code=AAAA-AAAA
POST /confirm/{token}/                                 * * * * * * * * * * * | answer=agree name=值班的同志
POST /liaison/{link}/                                  * * * * * * * * * * * | finding
POST /liaison/{link}/                                  ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
POST /liaison/{used_link}/                             + + + + + + + + + + + | finding
POST /liaison/unknown/                                 . . . . . . . . . . . | finding
POST /i18n/setlang/                                    > > > > > > > > > > > | language=en next=/desk/
"""

# The rows of the answer, part by part.
PARTS = (
    asking,
    drafting,
    duty,
    accounts,
    arriving,
    forms,
    following,
    releasing,
    importing,
    keeping,
    patrol,
    pictures,
    screening,
    sensitive,
    sources,
    stream,
    warnings,
    watch,
    dialogue,
    oversight,
    policies,
    organising,
    documents,
)
TABLE = OWN + "".join(part.TABLE for part in PARTS)
for _part in PARTS:
    FORMS |= _part.FORMS
