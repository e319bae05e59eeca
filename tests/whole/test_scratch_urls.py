import whole.test_every_url_by_role as t
from whole.test_every_url_by_role import house  # noqa
t.ROWS = [r for r in t.ROWS if "document" in r.address or "verify" in r.address]
def test_it(house):
    try:
        t.test_every_visitor_is_answered_as_the_table_says(house)
    except AssertionError as e:
        open('/tmp/urls.txt','w').write(str(e)[:6000]); raise
