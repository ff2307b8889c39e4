"""Links that let a customer leave: one per send, so that what they leave is known without a login (rules E01, E04)."""

from __future__ import annotations

import hashlib
import hmac

from journeyman.domain import Brand


class Links:
    """Makes and reads unsubscribe links under `base` (https). With a `secret` nobody can leave in another's name by guessing ids."""

    def __init__(self, base: str, *, secret: str = "") -> None:
        self._base = base.rstrip("/")
        self._secret = secret.encode()

    @classmethod
    def of(cls, brand: Brand, *, secret: str = "") -> Links:
        """Under the brand's first domain."""
        sender = brand.from_email.rpartition("@")[2]
        return cls(f"https://{brand.domains[0] if brand.domains else sender or 'example.com'}/unsubscribe", secret=secret)

    def link(self, send: str) -> str:
        """The link for a send id."""
        return f"{self._base}/{send}{self._signature(send)}"

    def send(self, token: str) -> str | None:
        """The send id of a link's last part; None when the signature is not ours."""
        send, dot, _ = token.partition("~")
        expected = f"{send}{self._signature(send)}"
        return send if hmac.compare_digest(expected.encode(), token.encode()) and bool(dot) == bool(self._secret) else None

    def _signature(self, send: str) -> str:
        return f"~{hmac.new(self._secret, send.encode(), hashlib.sha256).hexdigest()[:20]}" if self._secret else ""
