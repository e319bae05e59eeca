"""A row of each kind that MediaCrawler writes, with planted names that must stand nowhere afterwards."""

from typing import Any

SEEN_MS = 1789351200000  # 2026-09-14 10:00 in China
COMMON: dict[str, Any] = {"creator_hash": "c0ffee", "nickname": "鞍山老李", "last_modify_ts": SEEN_MS}
WEIBO: dict[str, Any] = {
    "note_id": "5060", "content": "交易中心今天登录不上", "create_time": 1789347600,
    "create_date_time": "2026-09-14 09:00:00",
    "liked_count": "1.2万", "comments_count": "35", "shared_count": "None",
    "note_url": "https://m.weibo.cn/detail/5060",
    "source_keyword": "鞍山 招标", "user_id": "778899", "avatar": "https://a/1.jpg", "gender": "f",
    "ip_location": "辽宁",
    "profile_url": "https://m.weibo.cn/u/778899", **COMMON,
}  # fmt: skip
WEIBO_COMMENT = {
    "comment_id": "5060", "note_id": "5060", "content": "同问", "create_time": 1789347700, "comment_like_count": "3",
    "create_date_time": "2026-09-14 09:01:40", "sub_comment_count": "0", "parent_comment_id": "0", **COMMON,
}  # fmt: skip
ROWS: dict[str, dict[str, Any]] = {
    "weibo_note": WEIBO,
    "weibo_note_comment": WEIBO_COMMENT,
    "xhs_note": {
        "note_id": "x1", "type": "normal", "title": "投标", "desc": "投标保证金怎么退", "video_url": "",
        "time": 1789347600000,
        "last_update_time": 1789347600000, "liked_count": "10万+", "collected_count": "1", "comment_count": "2",
        "share_count": "", "image_list": "https://i/1.jpg", "tag_list": "招标",
        "note_url": "https://www.xiaohongshu.com/x1",
        "source_keyword": "招标", "xsec_token": "SECRET", **COMMON,
    },
    "xhs_note_comment": {
        "comment_id": "xc1", "note_id": "x1", "content": "我也没退", "create_time": 1789347600000,
        "sub_comment_count": 0,
        "pictures": "", "parent_comment_id": 0, "like_count": "2", **COMMON,
    },
    "douyin_aweme": {
        "aweme_id": "d1", "aweme_type": "0", "title": "排队三小时", "desc": "排队三小时", "create_time": 1789347600,
        "liked_count": "8", "comment_count": "9", "share_count": "1", "collected_count": "0", "cover_url": "",
        "aweme_url": "https://www.douyin.com/video/d1", "source_keyword": "", "sec_uid": "S", "short_user_id": "4",
        "user_unique_id": "u", "user_signature": "签名", **COMMON,
    },
    "douyin_aweme_comment": {
        "comment_id": "dc1", "aweme_id": "d1", "content": "真的", "create_time": 1789347600, "sub_comment_count": "1",
        "parent_comment_id": "dc0", "like_count": "2", "pictures": "", **COMMON,
    },
    "kuaishou_video": {
        "video_id": "k1", "video_type": "1", "title": "大厅", "desc": "大厅没人", "create_time": 1789347600000,
        "liked_count": "5", "viewd_count": "2.5万", "video_url": "https://www.kuaishou.com/k1", "video_cover_url": "",
        "video_play_url": "", "source_keyword": "", **COMMON,
    },
    "kuaishou_video_comment": {
        "comment_id": "kc1", "video_id": "k1", "content": "我去过", "create_time": 1789347600, "sub_comment_count": "0",
        **COMMON,
    },
    "bilibili_video": {
        "video_id": "b1", "video_url": "https://www.bilibili.com/video/av1", "video_type": "video", "title": "开标实录",
        "desc": "现场", "create_time": 1789347600, "liked_count": 4, "disliked_count": "0", "video_play_count": "1万",
        "video_favorite_count": "1", "video_share_count": "2", "video_coin_count": "3", "video_danmaku": "5",
        "video_comment": "6", "video_cover_url": "", "source_keyword": "", "sex": "男", "sign": "个签", **COMMON,
    },
    "bilibili_video_comment": {
        "comment_id": "bc1", "video_id": "b1", "content": "看完了", "create_time": 1789347600, "sub_comment_count": "0",
        "parent_comment_id": "", "like_count": 1, **COMMON,
    },
    "bilibili_up_dynamic": {
        "dynamic_id": "bd1", "user_name": "某UP", "text": "明天去开标", "type": "DYNAMIC_TYPE_WORD",
        "pub_ts": 1789347600,
        "total_comments": 1, "total_forwards": 2, "total_liked": 3, **COMMON,
    },
    "tieba_note": {
        "note_id": "t1", "title": "招标公告在哪看", "desc": "求问", "note_url": "https://tieba.baidu.com/p/t1",
        "publish_time": "2026-09-14 09:00", "user_nickname": "吧友", "tieba_name": "鞍山吧", "tieba_link": "https://x",
        "total_replay_num": 12, "total_replay_page": 1, "source_keyword": "", **COMMON,
    },
    "tieba_comment": {
        "comment_id": "tc1", "parent_comment_id": "0", "content": "官网", "user_nickname": "吧友",
        "publish_time": "2026-09-14 09:00", "sub_comment_count": 0, "note_id": "t1", "tieba_name": "鞍山吧",
        "note_url": "https://tieba.baidu.com/p/t1", "tieba_id": "9", "tieba_link": "https://x", **COMMON,
    },
    "zhihu_content": {
        "content_id": "z1", "content_type": "answer", "content_text": "评标专家随机抽取", "question_id": "q1",
        "title": "如何评标",
        "content_url": "https://www.zhihu.com/question/q1/answer/z1", "desc": "", "created_time": "1789347600",
        "updated_time": 1789347600, "voteup_count": 9, "comment_count": 1, "source_keyword": "",
        "user_nickname": "知友",
        "user_link": "https://www.zhihu.com/people/abc", "user_url_token": "abc", **COMMON,
    },
    "zhihu_comment": {
        "comment_id": "zc1", "parent_comment_id": "", "content": "学习了", "publish_time": 1789347600, "like_count": 1,
        "sub_comment_count": 0, "dislike_count": 0, "content_id": "z1", "content_type": "answer",
        "user_nickname": "知友", **COMMON,
    },
}  # fmt: skip
