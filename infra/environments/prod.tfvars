# Where the money moves.
environment = "prod"
# Without rails no money moves: a deployment names its bank's here (README.md).
function_environment = {
  CLEARWAY_ACH_ORIGIN = ""
  CLEARWAY_RAILS      = "{}"
}
owners = {
  analytics  = "analytics@example.com"
  compliance = "compliance@example.com"
  operations = "operations@example.com"
  payments   = "payments@example.com"
  risk       = "risk@example.com"
}
