import time
from whole.test_every_url_by_role import *  # noqa
from whole.test_every_url_by_role import House, Row, letter_of
def test_discover(house):
    from pathlib import Path
    out=[];t0=time.time();cnt=0;notes=[]
    for line in (Path(__file__).parent/'rows.txt').read_text().splitlines():
        if line.startswith('#'): out.append(line); continue
        head,_,form=line.partition(' | ')
        m,a=head.split()
        letters=[]
        for c in COLUMNS:
            r,g=house.ask(Row(m,a,(),form),c); cnt+=1
            l=letter_of(r,g); letters.append(l)
            body=b"".join(r.streaming_content).decode(errors='replace') if r.streaming else r.content.decode(errors='replace')
            if l=='?': notes.append((line,c,r.status_code,g,r.headers.get('Location')))
            cc=r.headers.get('Cache-Control','')
            if a.startswith(('/desk','/api')) and not ('private' in cc or 'no-store' in cc): notes.append(('CACHE',m,a,c,r.status_code,cc))
            for h in ('Content-Security-Policy','X-Content-Type-Options','X-Frame-Options'):
                if h not in r.headers: notes.append(('HEAD',h,m,a,c,r.status_code))
            if re.search(r"(?<![\w-])(%s|%s)(?![\w-])|%s" % (house.world.names["life"], house.world.names["life_event"], DANGER), body) and "{life" not in a: notes.append(('DANGER',m,a,c))
            if INSIDE in body: notes.append(('INSIDE',m,a,c))
        out.append(f"{m:4} {a:52} {' '.join(letters)}" + (f" | {form}" if form else ""))
    Path('/tmp/disc.txt').write_text("\n".join(out)+f"\n{cnt} {time.time()-t0}\n"+"\n".join(map(str,notes)))
