"""Who gets what at which address: the whole of it, to be read like the regulation.

A line is a request; the columns are visitors, in this order (`url_world.COLUMNS`):

    an  nobody signed in                    ld  head of the lead department (信息技术部)
    ad  administrator: no word of a case    ot  head of a department that has no case
    du  值班员                              lg  法规处, reviews everything
    of  局办公室主任                        dl  分管副局长
    ed  采编                                in  督查
                                            no  works in 信息技术部, holds no post

A letter is what must happen. Only `*` and `#` may leave anything in the ledger:

    +  200 shown          *  302 done and recorded       s  302 to the sign-in       u  401 who are you
    #  200 recorded       >  302, nothing recorded       .  404 not even that it is there
    !  409 refused with its sentence                     ~  422 the form lacks something
    5  503 the loop of this house does not run

After `|` stands the form, or its name in FORMS; `@` is a sentence long enough for any reason, braces are names of
`url_world`. The cases in braces each stand in another state: {new} registered, {sent} assigned, {back} returned,
{bare} and {work} handling, {proposed} with a lowering and a withholding that wait for a second person, {review},
{ok} approved, {done} and {checked} answered, {closed}; {life} is about a danger to life and lies with 工程处.
"""

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
    (422, ""): "~",
    (503, ""): "5",
}

# Addresses that take a form without a CSRF token, each with its reason. Nothing else does.
CSRF_EXEMPT = {
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
}

TABLE = """
# The desk: pages                                      a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/                                            s + + + + + + + + + +
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
GET  /desk/regulation/                                 s + + + + + + + + + +
GET  /desk/people/                                     s + . . . . . . . . .

# The desk: coming in and going out                    a a d o e l o l d i n
#                                                      n d u f d d t g l n o
POST /desk/sign-in/                                    ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ | username=duty password=wrong
POST /desk/sign-in/demo/                               . . . . . . . . . . . | username=duty
POST /desk/sign-out/                                   > > > > > > > > > > >
POST /desk/set-up/unknown/                             . . . . . . . . . . . | set_up
POST /desk/invitation/{invitation}/                    * * * * * * * * * * * | password
POST /desk/invitation/unknown/                         . . . . . . . . . . . | password

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
POST /desk/cases/{checked}/do/close/                   s . ! * ! ! . ! ! ! . | root_cause=@
POST /desk/cases/{sent}/do/merge/                      s . * * ! ! . ! ! ! . | number={work}
POST /desk/cases/{new}/do/void/                        s . ! * ! . . ! ! ! . | reason=@
POST /desk/cases/{closed}/do/reopen/                   s . * * ! ! . ! ! ! . | reason=@
POST /desk/cases/{life}/do/add_knowledge/              s . * * . . . . ! . . | knowledge
POST /desk/cases/{work}/do/find/                       s . ~ ~ ~ ~ . ~ ~ ~ .
POST /desk/cases/{work}/do/unknown/                    s . . . . . . . . . .
POST /desk/cases/{bare}/draft/                         s . . * * * . . . . . | draft
POST /desk/reviews/{step}/                             s . ! ! ! * . ! ! ! . | review
POST /desk/publications/{to_post}/                     s . ! * * ! . ! ! ! . | publications
POST /desk/publications/{to_check}/                    s . * * * ! . ! ! ! . | ok=yes
POST /desk/confirmations/{confirmation}/override/      s . > > > > . > * > . | reason=@

# The desk: ledger and people                          a a d o e l o l d i n
#                                                      n d u f d d t g l n o
POST /desk/ledger/                                     s . . + . . . . + + .
POST /desk/people/add/                                 s # . . . . . . . . . | add
POST /desk/people/{invited}/invite/                    s # . . . . . . . . .
POST /desk/people/{network}/appoint/                   s * . . . . . . . . . | role=editor department={GCC}
POST /desk/people/{network}/relieve/                   s * . . . . . . . . . | appointment={post}
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
POST /api/cases/{sent}/accept                          u . ! ! ! # . ! ! ! .
POST /api/cases/{sent}/return                          u . ! ! ! # . ! ! ! . | reason=@
POST /api/cases/{work}/find                            u . ! ! ! # . ! ! ! . | facts=@ cause=@ impact=@
POST /api/cases/{work}/dispose                         u . ! ! ! # . ! ! ! . | actions=@
POST /api/cases/{new}/confirm_level                    u . # # ! . . ! # ! . | level=L3
POST /api/cases/{new}/route                            u . # # ! . . ! ! ! . | department=GCC reason=@
POST /api/cases/{work}/submit                          u . ! # # # . ! ! ! .
POST /api/cases/{ok}/release                           u . ! # # ! . ! ! ! . | channels[]=portal
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
POST /i18n/setlang/                                    > > > > > > > > > > > | language=en next=/desk/
"""
