"""OpenID Connect tokens as Google signs them for Cloud Tasks and Pub/Sub push, made with a key of our own.

The claims are those of https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions: RS256, with `iss`, `aud`,
`azp`, `sub`, `email`, `email_verified`, `iat` and `exp`. A receiver verifies them as it verifies Google's, only with
the certificates of the stand-in that signed.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt

ISSUER = "https://accounts.google.com"
LIFETIME_S = 3600

# A token is signed anew when it has this long to live, so that one that waits on its way is still good on arrival.
_RENEW_S = 300
_CACHE_MAX = 1024


class TokenSigner:
    """Signs tokens with an RSA key that is made at construction and lives as long as the object. Thread-safe.

    `now_s` tells the time in seconds since 1970; receivers compare the claims with their own clock, so it is real.
    """

    def __init__(self, now_s: Callable[[], float] = time.time) -> None:
        self._now_s = now_s
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private_pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public_pem = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.public_key_pem: str = public_pem.decode()
        self.key_id: str = hashlib.sha256(public_pem).hexdigest()[:40]
        self._signer = crypt.RSASigner.from_string(private_pem, self.key_id)  # type: ignore[no-untyped-call]
        self._lock = threading.Lock()
        self._cache: dict[tuple[str, str], tuple[int, str]] = {}

    def certs(self) -> dict[str, str]:
        """Public key in PEM by key id: the shape of Google's own certificate page, as google-auth reads it."""
        return {self.key_id: self.public_key_pem}

    def token(self, audience: str, email: str) -> str:
        """A token for `audience` in the name of the service account `email`, good for five minutes to an hour.

        The same token is given again until it is close to its end: a signature costs about a millisecond.
        """
        now_s = int(self._now_s())
        with self._lock:
            known = self._cache.get((audience, email))
            if known is None or known[0] - now_s <= _RENEW_S:
                if len(self._cache) >= _CACHE_MAX:
                    self._cache.clear()
                known = (now_s + LIFETIME_S, self._sign(audience, email, now_s))
                self._cache[audience, email] = known
            return known[1]

    def _sign(self, audience: str, email: str, now_s: int) -> str:
        # Google's subject is a number that stands for the account; a digest is as stable and as opaque.
        subject = str(int(hashlib.sha256(email.encode()).hexdigest()[:16], 16))
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "azp": subject,
            "sub": subject,
            "email": email,
            "email_verified": True,
            "iat": now_s,
            "exp": now_s + LIFETIME_S,
        }
        token: bytes = jwt.encode(self._signer, claims)  # type: ignore[no-untyped-call]
        return token.decode()
