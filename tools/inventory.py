"""`make sbom` and `make licences`: what the program consists of, from the lock, and under which terms.

`python tools/inventory.py sbom FILE` writes CycloneDX 1.5; `python tools/inventory.py licences` prints a line a package
and fails where one is under the GPL, the AGPL, not for commerce, or under terms that nobody named.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-large.lock"  # all that a bureau can run, on one machine or on several
# In the order in which they are looked for: the AGPL would be found as a GPL, the LGPL too.
FORBIDDEN = re.compile(r"AGPL|Affero|non-?commercial|CC-BY-NC|\bSSPL|\bBUSL|proprietary", re.IGNORECASE)
KNOWN = (
    ("MIT", r"\bMIT\b"), ("Apache-2.0", r"\bApache"), ("BSD", r"\bBSD\b|\b0BSD\b"),
    ("PSF-2.0", r"\bPSF|Python Software"), ("MPL-2.0", r"\bMPL|Mozilla"), ("LGPL", r"\bLGPL|Lesser General"),
    ("ISC", r"\bISC\b"), ("OFL-1.1", r"\bOFL|Open Font"),
    ("Zlib", r"\bzlib\b"), ("Unlicense", r"\bUnlicense|public domain|CC0"), ("HPND", r"\bHPND\b|\bMIT-CMU\b"),
    ("ZPL-2.1", r"\bZPL|Zope Public"),
    ("GPL", r"\bGPL|General Public"),
)  # fmt: skip


@dataclass(frozen=True)
class Package:
    """One pinned package of the lock; `wanted` is false where its marker leaves it out on this machine."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{re.sub(r'[-_.]+', '-', self.name).lower()}@{self.version}"


def packages(lock: str) -> list[Package]:
    """`name==version ; marker \\` and the `--hash` lines under it."""
    found: list[Package] = []
    for block in re.split(r"\n(?=\S)", lock):
        head = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", block)
        if head:
            found.append(Package(head[1], head[2], tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", block))))
    return found


def terms(name: str) -> str:
    """What the package itself says; "" where it is not installed here, its marker being for another machine."""
    try:
        return terms_of(distribution(name))
    except PackageNotFoundError:
        return ""


def terms_of(package: Distribution) -> str:
    about = package.metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    said = [words.removeprefix("License :: ") for words in about.get_all("Classifier") or () if "License ::" in words]
    own = (about.get("License") or "").strip()
    return "; ".join(said) if said else own.splitlines()[0] if own else _first_line(package)


def _first_line(package: Distribution) -> str:
    """The head of the licence file, where the metadata is silent."""
    for file in package.files or ():
        if re.search(r"(licen[cs]e|copying)[^/]*$", str(file), re.IGNORECASE) and file.locate().is_file():
            return " ".join(file.read_text(encoding="utf-8").split())[:200]
    return ""


def judged(words: str) -> tuple[str, bool]:
    """Its short name, and whether we may ship it: under the GPL the whole would have to be, and ours is Apache-2.0."""
    if FORBIDDEN.search(words):
        return words, False
    kind = next((kind for kind, pattern in KNOWN if re.search(pattern, words, re.IGNORECASE)), "")
    return kind or words or "unknown", bool(kind) and kind != "GPL"


def sbom(lock: str, version: str) -> dict[str, object]:
    components = []
    for package in packages(lock):
        words = terms(package.name)
        component: dict[str, object] = {
            "type": "library",
            "bom-ref": package.purl,
            "name": package.name,
            "version": package.version,
            "purl": package.purl,
            "hashes": [{"alg": "SHA-256", "content": value} for value in package.hashes],
        }
        if words:
            component["licenses"] = [{"license": {"name": words}}]
        components.append(component)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, version + lock)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "huiying", "name": "huiying", "version": version}},
        "components": components,
    }


def licences(lock: str) -> tuple[list[str], list[str]]:
    """A line a package, and those that we may not ship."""
    lines, bad = [], []
    for package in packages(lock):
        words = terms(package.name)
        kind, fine = judged(words) if words else ("not installed here", True)
        lines.append(f"{package.name} {package.version}: {kind}")
        if not fine:
            bad.append(f"{package.name} {package.version}: {words or 'unknown'}")
    return lines, bad


def main(arguments: list[str]) -> int:
    lock = LOCK.read_text("utf-8")
    if arguments[0] == "sbom":
        sys.path.insert(0, str(ROOT / "src"))
        from huiying import __version__

        out = Path(arguments[1])
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(sbom(lock, __version__), indent=1, ensure_ascii=False) + "\n", "utf-8")
        print(f"{out}: {len(packages(lock))} packages")
        return 0
    lines, bad = licences(lock)
    print("\n".join(lines))
    for line in bad:
        print(f"NOT ALLOWED {line}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
