# Where the money moves. Its first deployment locks retention for five to ten years, so read README.md before it, and set what it
# says a first deployment sets. Everything that can be set is in variables*.tf.
environment = "prod"
# What is kept for auditors and authorities can never be shortened again, not even by an owner of the project.
audit_retention  = { locked = true }
retention_locked = true
# Yours, and the same for the rest of what says example.com.
hosts       = { api = "api.example.com", console = "console.example.com" }
runbook_url = "https://example.com/clearway/infra/RUNBOOK.md"
# Without rails no money moves: a deployment names its bank's here (README.md).
function_environment = {
  CLEARWAY_ACH_ORIGIN = ""
  CLEARWAY_RAILS      = "{}"
  # OFAC's list had 37,000 names in July 2024, and half of them without alt.csv: with fewer, payments wait.
  CLEARWAY_WATCHLIST_NAMES_MIN = "20000"
}
owners = {
  analytics  = "analytics@example.com"
  compliance = "compliance@example.com"
  operations = "operations@example.com"
  payments   = "payments@example.com"
  risk       = "risk@example.com"
}
