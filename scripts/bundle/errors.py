"""What stands in the way of a bundle."""

from __future__ import annotations


class BundleError(Exception):
    """No bundle is written; the message is a sentence that names the file and what is wrong with it."""
