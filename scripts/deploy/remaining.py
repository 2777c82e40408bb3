"""What a deployment leaves to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scripts.deploy.target import Target


def remaining(target: Target, outputs: Mapping[str, object], secrets: Sequence[str]) -> list[str]:
    """A line for each thing to do by hand.

    `outputs` are Terraform's `dns_records` and `bank_addresses`; `secrets` are the variables that functions name, which
    Secret Manager keeps under the same name in its own spelling (infra/secrets.tf).
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
    for secret in secrets:
        name = secret.lower().replace("_", "-")
        lines.append(f"Value of a secret: gcloud secrets versions add {name} --project {target.project} --data-file=-")
    folder = f"gs://{target.project}-lists/watchlist/"
    # One after the other, in this order: shared/runtime/list_names.py says why.
    copies = " && ".join(f"gcloud storage cp {file} {folder}" for file in ("alt.csv", "sdn.csv"))
    lines.append(f"OFAC's lists (sanctionslist.ofac.treas.gov): {copies}")
    return lines
