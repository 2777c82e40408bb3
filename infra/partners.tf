# Partners that publish payment requests themselves. Pub/Sub tells a subscriber nothing of who published, so each has a
# topic of its own, on which it alone may publish: which topic a message came from says whose payments it may ask for
# (shared/runtime/partners.py), whatever the message says of itself.
locals {
  requests_topic = "payment-requests"
  # What takes requests takes those of partners too, by the same settings.
  intake = { for name, one in local.by_kind.pubsub : name => one if one.trigger.topic == local.requests_topic }
  partner_topics = {
    for partner, one in var.partners : "${local.requests_topic}-${partner}" => merge(one, { partner = partner })
  }
  partner_subscriptions = merge([
    for name, one in local.intake : {
      for topic in keys(local.partner_topics) : "${name}-${topic}" => { function = name, topic = topic, trigger = one.trigger, owner = one.owner }
    }
  ]...)
  # A function that takes requests is told whose tenant each partner is; without partners it is told nothing.
  partner_environment = length(var.partners) == 0 ? {} : {
    CLEARWAY_PARTNERS = jsonencode({ for partner, one in var.partners : partner => one.tenant })
  }
}

module "partner_topic" {
  source   = "./modules/topic"
  for_each = local.partner_topics

  name                = each.key
  location            = var.region
  kms_key             = module.keys.ids["pubsub"]
  schema              = lookup(local.schemas, local.requests_topic, null)
  deletion_protection = var.deletion_protection
  iam                 = { "roles/pubsub.publisher" = { for member in each.value.members : member => member } }
}

module "partner_subscription" {
  source   = "./modules/push-subscription"
  for_each = local.partner_subscriptions

  name                = each.key
  topic               = module.partner_topic[each.value.topic].id
  url                 = module.function[each.value.function].url
  service_account     = google_service_account.invoker.email
  filter              = each.value.trigger.filter
  ack_deadline_s      = each.value.trigger.ack_deadline_s
  timeout_s           = local.functions[each.value.function].size.timeout_s
  retry               = each.value.trigger.retry
  deletion_protection = var.deletion_protection
  agent               = google_project_service_identity.agent["pubsub"].member
  dead_letter = {
    topic                 = module.topic[each.value.trigger.dead_letter.topic].id
    max_delivery_attempts = each.value.trigger.dead_letter.max_delivery_attempts
  }

  depends_on = [google_service_account_iam_member.caller]
}
