"""What can be wrong with the infrastructure's description."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class InfraError(ErrorCode):
    """Codes of `make infra`."""

    REFUSED = ("infra_refused", Disposition.REFUSED)
