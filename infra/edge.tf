# The way in. Without names there is none: functions then answer Pub/Sub, Cloud Tasks and Cloud Scheduler alone.
module "edge" {
  source = "./modules/edge"
  count  = length(local.hosts) > 0 ? 1 : 0

  console_people      = var.console_people
  deletion_protection = var.deletion_protection
  functions = {
    for name, one in local.by_kind.http : name => {
      host    = one.trigger.host
      paths   = one.trigger.paths
      public  = one.trigger.public
      service = local.services[name]
    }
  }
  hosts           = local.hosts
  log_sample_rate = var.edge_log_sample_rate
  min_tls_version = var.min_tls_version
  rail_addresses  = var.rail_addresses
  rate_limit      = var.rate_limit
  region          = var.region
  waf_preview     = var.waf_preview

  # No payment comes in before what takes it on is there.
  depends_on = [module.firestore, module.function, module.queue, module.subscription, time_sleep.enabled]
}

locals {
  hosts = { for host, domain in var.hosts : host => domain if domain != null }
}
