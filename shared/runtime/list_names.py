"""Where the lists lie in their bucket. Who keeps them up to date uploads the new file over the old one."""

from __future__ import annotations

# OFAC's two files as it publishes them, without compression. Screening needs both: the second holds the other names.
SDN, ALT = "watchlist/sdn.csv", "watchlist/alt.csv"
WATCHLIST = (SDN, ALT)
# By the service whose banks they name. A service without one is taken to reach every bank.
PARTICIPANTS = {"rtp": "participants/rtp.txt", "fednow": "participants/fednow.txt"}
