# A deployment to try things in: it can be torn down with all that it holds.
deletion_protection = false
environment         = "dev"
owners = {
  analytics  = "clearway-dev@example.com"
  compliance = "clearway-dev@example.com"
  operations = "clearway-dev@example.com"
  payments   = "clearway-dev@example.com"
  risk       = "clearway-dev@example.com"
}
