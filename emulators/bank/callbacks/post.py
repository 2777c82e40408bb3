"""Posts callbacks over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

import urllib3

TIMEOUT_S = 10.0


class HttpPost:
    """Delivers to `url`, in which `{rail}` stands for the rail's name. Follows no redirect, repeats nothing itself."""

    def __init__(self, url: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=timeout_s))

    def __call__(self, rail: str, headers: Mapping[str, str], body: bytes) -> int:
        """The receiver's status; 0 when there was no answer."""
        url = self._url.replace("{rail}", rail)
        try:
            return self._pool.request("POST", url, body=body, headers=dict(headers), redirect=False).status
        except urllib3.exceptions.HTTPError:
            return 0

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.clear()
