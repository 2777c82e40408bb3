# Stand-in until the topics are merged.
module "topic" {
  source   = "./modules/topic"
  for_each = toset(["dead-letters", "payment-events", "payment-requests"])

  name    = each.key
  kms_key = module.keys.ids["pubsub"]
}
