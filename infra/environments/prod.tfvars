# Where the money moves.
environment = "prod"
owners = {
  analytics  = "analytics@example.com"
  compliance = "compliance@example.com"
  operations = "operations@example.com"
  payments   = "payments@example.com"
  risk       = "risk@example.com"
}
