"""What a deployment leaves to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scripts.deploy.target import Target


def remaining(target: Target, outputs: Mapping[str, object], secrets: Sequence[str]) -> list[str]:
    """A line for each thing to do by hand.

    `outputs` are Terraform's: `dns_records`, `bank_addresses`, and `secrets` with the name in Secret Manager of each of
    `secrets`, which are the variables that functions name.
    """
    lines = []
    records = outputs.get("dns_records")
    if isinstance(records, list) and records:
        lines += [f"DNS record: {record['name']} {record['type']} {record['data']}" for record in records]
    else:
        lines.append("A name for the API: set hosts in the environment's tfvars, and deploy again")
    addresses = outputs.get("bank_addresses")
    if isinstance(addresses, list) and addresses:
        lines.append(f"Banks' allow lists: calls come from {', '.join(map(str, addresses))}")
    names = outputs.get("secrets")
    for secret in secrets:
        name = names.get(secret, secret) if isinstance(names, dict) else secret
        lines.append(f"Value of a secret: gcloud secrets versions add {name} --project {target.project} --data-file=-")
    folder = f"gs://{target.project}-lists/watchlist/"
    lines.append(f"OFAC's lists (sanctionslist.ofac.treas.gov): gcloud storage cp sdn.csv alt.csv {folder}")
    return lines
