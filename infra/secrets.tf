# Stand-in.
locals {
  secret_names = toset(flatten(values(local.functions)[*].secrets))
}
module "secrets" {
  source = "./modules/secrets"
  names  = local.secret_names
}
