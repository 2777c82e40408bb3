"""Where the lists lie in their bucket. Who keeps them up to date uploads the new file over the old one."""

from __future__ import annotations

# OFAC's two files as it publishes them, without compression. Screening needs both: the second holds the other names.
SDN, ALT = "watchlist/sdn.csv", "watchlist/alt.csv"
# In the order in which they are read; they are uploaded in the other, alt.csv first. So whoever reads meanwhile finds
# the older entries, for whom newer names are there besides, and never a new entry whose other names are still to come.
WATCHLIST = (SDN, ALT)
# By the service whose banks they name. A service without one is taken to reach every bank.
PARTICIPANTS = {"rtp": "participants/rtp.txt", "fednow": "participants/fednow.txt"}
