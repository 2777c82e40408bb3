# A deployment to try things in: it can be torn down with all that it holds. Hosts and owners are examples; README.md
# says what else a first deployment sets (runbook_url, billing_account, budget), and variables*.tf what can be set.
deletion_protection = false
environment         = "dev"
# Yours.
hosts = { api = "api.dev.example.com", console = "console.dev.example.com" }
# Without rails no money moves: a deployment names its bank's here (README.md).
function_environment = {
  CLEARWAY_ACH_ORIGIN = ""
  CLEARWAY_RAILS      = "{}"
  # OFAC's list had 37,000 names in July 2024, and half of them without alt.csv: with fewer, payments wait.
  CLEARWAY_WATCHLIST_NAMES_MIN = "20000"
}
# What the quota of a new project has room for: "Max instances must be set to 20 or fewer" otherwise.
instances_max = 20
owners = {
  analytics  = "clearway-dev@example.com"
  compliance = "clearway-dev@example.com"
  operations = "clearway-dev@example.com"
  payments   = "clearway-dev@example.com"
  risk       = "clearway-dev@example.com"
}
