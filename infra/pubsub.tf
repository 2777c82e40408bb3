# Topics, and the push subscriptions of the functions behind them. Names and settings are those of emulators/wiring.py.
locals {
  dead_letter_topics = toset(concat(
    [for one in values(local.by_kind.pubsub) : one.trigger.dead_letter.topic],
    [local.warehouse_feed.dead_letter.topic],
  ))
  topics = setunion(
    local.dead_letter_topics,
    flatten([for one in values(local.functions) : one.publishes]),
    [for one in values(local.by_kind.pubsub) : one.trigger.topic],
    [local.warehouse_feed.topic],
  )

  # pubsub/<topic>.avsc says what a topic takes. One without a file takes anything, as dead letters must.
  schemas = { for file in fileset(path.module, "pubsub/*.avsc") : trimsuffix(basename(file), ".avsc") => file("${path.module}/${file}") }

  topic_iam = {
    for topic in local.topics : topic => merge(
      {
        for role in distinct([for grant in values(local.grants_on.topic) : grant.role if grant.on == topic]) : role => {
          for grant in values(local.grants_on.topic) : grant.function => google_service_account.function[grant.function].member
          if grant.on == topic && grant.role == role
        }
      },
      # It is Pub/Sub that moves a message to the dead letters.
      # https://cloud.google.com/pubsub/docs/handling-failures#grant_forwarding_permissions
      { for dead in local.dead_letter_topics : "roles/pubsub.publisher" => { agent = google_project_service_identity.agent["pubsub"].member } if dead == topic },
    )
  }
}

module "topic" {
  source   = "./modules/topic"
  for_each = local.topics

  name                = each.key
  location            = var.region
  kms_key             = module.keys.ids["pubsub"]
  kept                = contains(local.dead_letter_topics, each.key)
  schema              = lookup(local.schemas, each.key, null)
  deletion_protection = var.deletion_protection
  iam                 = local.topic_iam[each.key]

  # A schema names nothing that was made before it, so it would be asked for before there is an API to ask.
  depends_on = [time_sleep.enabled]
}

module "subscription" {
  source   = "./modules/push-subscription"
  for_each = local.by_kind.pubsub

  name                = "${each.key}-${each.value.trigger.topic}"
  topic               = module.topic[each.value.trigger.topic].id
  url                 = module.function[each.key].url
  service_account     = google_service_account.invoker.email
  filter              = each.value.trigger.filter
  ack_deadline_s      = each.value.trigger.ack_deadline_s
  timeout_s           = each.value.size.timeout_s
  retry               = each.value.trigger.retry
  deletion_protection = var.deletion_protection
  agent               = google_project_service_identity.agent["pubsub"].member
  dead_letter = {
    topic                 = module.topic[each.value.trigger.dead_letter.topic].id
    max_delivery_attempts = each.value.trigger.dead_letter.max_delivery_attempts
  }

  depends_on = [google_service_account_iam_member.caller]
}
