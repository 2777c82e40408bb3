# What every test of the root module says, unless it says otherwise itself.
bundles_dir         = "./tests/bundles"
deletion_protection = false
environment         = "dev"
function_environment = {
  CLEARWAY_ACH_ORIGIN          = ""
  CLEARWAY_RAILS               = "{}"
  CLEARWAY_WATCHLIST_NAMES_MIN = "1"
}
owners = {
  analytics  = "analytics@example.com"
  compliance = "compliance@example.com"
  operations = "operations@example.com"
  payments   = "payments@example.com"
  risk       = "risk@example.com"
}
project        = "clearway-test"
project_number = "123456789012"
