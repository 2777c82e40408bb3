# A deployment to try things in: it can be torn down with all that it holds.
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
owners = {
  analytics  = "clearway-dev@example.com"
  compliance = "clearway-dev@example.com"
  operations = "clearway-dev@example.com"
  payments   = "clearway-dev@example.com"
  risk       = "clearway-dev@example.com"
}
