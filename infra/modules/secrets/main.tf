variable "names" { type = set(string) }
output "ids" { value = { for name in var.names : name => replace(lower(name), "_", "-") } }
