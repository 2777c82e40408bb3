"""What can go wrong while the local stand-ins start, run and stop."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class LocalError(ErrorCode):
    """Codes of the local runner. The detail of each is made for the person at the terminal."""

    NOT_INSTALLED = ("local_not_installed", Disposition.REFUSED)
    PORT_TAKEN = ("local_port_taken", Disposition.REFUSED)
    SERVICE_FAILED = ("local_service_failed", Disposition.BROKEN)
    BAD_DESCRIPTION = ("local_bad_description", Disposition.MALFORMED)
