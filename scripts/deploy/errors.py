"""What stands in the way of a deployment."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class DeployError(ErrorCode):
    """Codes of `make deploy` and its kin; each detail is a sentence for the person at the terminal."""

    REFUSED = ("deploy_refused", Disposition.REFUSED)
