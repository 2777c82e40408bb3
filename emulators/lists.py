"""Puts lists where a deployment keeps them: what somebody, or a job, does each day who follows OFAC's publications."""

from __future__ import annotations

from pathlib import Path

from shared.compliance.lists import ALT_FILE, NO_OTHER_NAMES, SDN_FILE, files_in, watchlist_of
from shared.ports.objects import ObjectStore
from shared.runtime.list_names import ALT, SDN


def put_lists(lists: ObjectStore, watchlist_dir: Path) -> None:
    """Store the folder's `sdn.csv` and `alt.csv` (or `.gz` of them) as the watchlist, unless there is one.

    A folder without `alt.csv` has no other names. Raises LIST_MISSING or LIST_MALFORMED for one without a good list.
    In which order they are stored: see `shared.runtime.list_names`.
    """
    files = files_in(watchlist_dir)
    sdn, alt = files.get(SDN_FILE), files.get(ALT_FILE, NO_OTHER_NAMES)
    watchlist_of(sdn, alt)
    lists.put_new(ALT, alt)
    lists.put_new(SDN, sdn or b"")
