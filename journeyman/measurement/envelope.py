"""The headers of an e-mail as it left: can the reader leave in one click, and is the sender the brand?

RFC 8058: one https URI in List-Unsubscribe, List-Unsubscribe-Post exactly as written there, both under the DKIM signature where there is
one. It reads bytes and shares no code with what writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.parser import BytesHeaderParser
from email.utils import parseaddr

ONE_CLICK = "List-Unsubscribe=One-Click"
BOTH = ("list-unsubscribe", "list-unsubscribe-post")


def faults(raw: bytes, domains: Sequence[str] = ()) -> Iterator[str]:
    """What is wrong with a message's headers, in words; nothing when they are right. Without `domains` any sender will do."""
    head = BytesHeaderParser().parsebytes(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    left = head.get_all("List-Unsubscribe", [])
    uris = [uri.strip() for value in left for uri in re.findall(r"<([^<>]*)>", value)]
    if len(left) != 1 or len(uris) != 1 or not re.fullmatch(r"https://[^\s/<>]+/\S+", uris[0]):
        yield f"List-Unsubscribe holds {', '.join(uris) or 'nothing'} instead of one https link (E01)."
    if [value.strip() for value in head.get_all("List-Unsubscribe-Post", [])] != [ONE_CLICK]:
        yield f"List-Unsubscribe-Post is not exactly {ONE_CLICK} (E01)."
    for signature in head.get_all("DKIM-Signature", []):
        signed = re.search(r"(?:^|;)\s*h\s*=([^;]*)", signature)
        names = {name.strip().lower() for name in signed[1].split(":")} if signed else set()
        if missing := [name for name in BOTH if name not in names]:
            yield f"The DKIM signature does not cover {' and '.join(missing)} (E02)."
    host = parseaddr(head.get("From", ""))[1].rpartition("@")[2].lower()
    if domains and not any(host == d.lower() or host.endswith(f".{d.lower()}") for d in domains):
        yield f"The sender's domain {host or '(none)'} is not one of the brand's (E06)."
