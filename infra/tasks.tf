# The queue of each function behind Cloud Tasks. A task names its own target and token, so a queue knows neither.
locals {
  queues = { for name, one in local.by_kind.tasks : one.trigger.queue => name }
}

module "queue" {
  source   = "./modules/queue"
  for_each = local.queues

  name                = each.key
  location            = var.region
  rate                = local.functions[each.value].trigger.rate
  retry               = local.functions[each.value].trigger.retry
  dispatch_deadline_s = local.functions[each.value].trigger.dispatch_deadline_s
  timeout_s           = local.functions[each.value].size.timeout_s
  deletion_protection = var.deletion_protection
  iam = {
    for role in distinct([for grant in values(local.grants_on.queue) : grant.role if grant.on == each.key]) : role => {
      for grant in values(local.grants_on.queue) : grant.function => google_service_account.function[grant.function].member
      if grant.on == each.key && grant.role == role
    }
  }

  depends_on = [time_sleep.enabled, google_service_account_iam_member.caller]
}
