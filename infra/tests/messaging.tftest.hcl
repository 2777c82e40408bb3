# Topics, subscriptions, queues and jobs: that nothing gets lost between functions, and who may put something in.
# Known only once they are made, and asked about below.
override_module {
  target = module.keys
  outputs = {
    ids = {
      bigquery = "key/bigquery", firestore = "key/firestore", functions = "key/functions",
      pubsub   = "key/pubsub", secrets = "key/secrets", storage = "key/storage",
    }
  }
}

override_module {
  target = module.egress
  outputs = {
    bank_addresses = ["198.51.100.1"]
    networks = {
      banks  = { network = "network/banks", subnetwork = "subnetwork/banks" }
      google = { network = "network/google", subnetwork = "subnetwork/google" }
    }
  }
}

override_resource {
  target          = google_project_service_identity.agent
  override_during = plan
  values          = { member = "serviceAccount:agent@example.iam.gserviceaccount.com" }
}

run "the_system" {
  command = plan

  # Subscriptions.
  assert {
    condition = { for name, one in module.subscription : name => one.subscription.name } == {
      for name, one in local.functions : name => "${name}-${one.trigger.topic}" if one.trigger.kind == "pubsub"
    }
    error_message = "Each function behind Pub/Sub must have a subscription of its own, named <function>-<topic>."
  }

  assert {
    condition = alltrue([
      for name, one in module.subscription :
      one.subscription.topic == "projects/clearway-test/topics/${local.functions[name].trigger.topic}" &&
      one.subscription.filter == local.functions[name].trigger.filter &&
      one.subscription.enable_message_ordering != true
    ])
    error_message = "A subscription must take the messages that function.yaml says, in no order: a failing message would hold up those behind it."
  }

  assert {
    condition = alltrue([
      for name, one in module.subscription :
      one.subscription.dead_letter_policy[0].dead_letter_topic == "projects/clearway-test/topics/${local.functions[name].trigger.dead_letter.topic}" &&
      one.subscription.dead_letter_policy[0].max_delivery_attempts == local.functions[name].trigger.dead_letter.max_delivery_attempts
    ])
    error_message = "A message that fails too often must go to the dead letters."
  }

  assert {
    condition = alltrue([
      for name, one in module.subscription :
      one.subscription.retry_policy[0].minimum_backoff == "${local.functions[name].trigger.retry.minimum_backoff_s}s" &&
      one.subscription.retry_policy[0].maximum_backoff == "${local.functions[name].trigger.retry.maximum_backoff_s}s"
    ])
    error_message = "A subscription must be retried with the back-off of function.yaml."
  }

  assert {
    condition = alltrue([
      for name, one in module.subscription :
      one.subscription.push_config[0].push_endpoint == module.function[name].url &&
      one.subscription.push_config[0].oidc_token[0].audience == module.function[name].url &&
      one.subscription.push_config[0].oidc_token[0].service_account_email == "clearway-invoker@clearway-test.iam.gserviceaccount.com"
    ])
    error_message = "A subscription must call its function in the invoker's name, with a token for that function alone."
  }

  assert {
    condition = alltrue([
      for one in values(module.subscription) :
      one.subscription.expiration_policy[0].ttl == "" && one.subscription.message_retention_duration == "604800s"
    ])
    error_message = "A subscription must never expire, and must keep what is not acknowledged for seven days."
  }

  assert {
    condition = alltrue([
      for name, one in module.subscription : one.subscription.ack_deadline_seconds >= local.functions[name].size.timeout_s
    ])
    error_message = "A message would be delivered again while a function still works on it."
  }

  # Topics.
  assert {
    condition     = toset(keys(module.topic)) == toset(["dead-letters", "payment-events", "payment-requests"])
    error_message = "The topics must be those that functions and the BigQuery feed name."
  }

  assert {
    condition = alltrue([
      for one in values(module.topic) :
      one.topic.kms_key_name == "key/pubsub" &&
      one.topic.message_retention_duration == "604800s" &&
      one.topic.message_storage_policy[0].allowed_persistence_regions == toset(["us-central1"])
    ])
    error_message = "A topic must be encrypted with our key, keep messages for seven days, and keep them in our region."
  }

  assert {
    condition = alltrue([
      for name, one in module.topic : contains(local.dead_letter_topics, name) ? (
        one.kept.name == "${name}-kept" &&
        one.kept.expiration_policy[0].ttl == "" &&
        one.kept.message_retention_duration == "604800s"
      ) : one.kept == null
    ])
    error_message = "A topic of dead letters, and no other one, must have a subscription <topic>-kept that never expires."
  }

  assert {
    condition = toset(flatten([
      for name, one in module.topic : [for grant in values(one.grants) : "${grant.member} ${grant.role} ${name}"]
      ])) == toset(concat(flatten([
        for name, one in local.functions : [
          for topic in one.publishes : "serviceAccount:clearway-${local.services[name]}@clearway-test.iam.gserviceaccount.com roles/pubsub.publisher ${topic}"
        ]
    ]), [for topic in local.dead_letter_topics : "serviceAccount:agent@example.iam.gserviceaccount.com roles/pubsub.publisher ${topic}"]))
    error_message = "A topic must take messages from the functions that publish to it, dead letters from Pub/Sub, and nothing from anybody else."
  }

  assert {
    condition = alltrue([
      for topic in keys(local.schemas) : contains(keys(module.topic), topic)
    ])
    error_message = "There is a schema for a topic that there is not."
  }

  assert {
    condition = alltrue([
      for name, one in module.topic : one.schema == (contains(keys(local.schemas), name) ? name : null)
    ])
    error_message = "A topic must have a schema when there is one for it, and only then."
  }

  # Queues.
  assert {
    condition = { for queue, one in module.queue : queue => [one.queue.name, one.queue.location] } == {
      for name, one in local.functions : one.trigger.queue => [one.trigger.queue, "us-central1"] if one.trigger.kind == "tasks"
    }
    error_message = "Each function behind Cloud Tasks must have its queue."
  }

  assert {
    condition = alltrue([
      for name, one in local.by_kind.tasks :
      module.queue[one.trigger.queue].queue.rate_limits[0].max_dispatches_per_second == one.trigger.rate.max_dispatches_per_second &&
      module.queue[one.trigger.queue].queue.rate_limits[0].max_concurrent_dispatches == one.trigger.rate.max_concurrent_dispatches &&
      module.queue[one.trigger.queue].queue.retry_config[0].max_attempts == one.trigger.retry.max_attempts &&
      module.queue[one.trigger.queue].queue.retry_config[0].min_backoff == "${one.trigger.retry.minimum_backoff_s}s" &&
      module.queue[one.trigger.queue].queue.retry_config[0].max_backoff == "${one.trigger.retry.maximum_backoff_s}s" &&
      module.queue[one.trigger.queue].queue.retry_config[0].max_doublings == one.trigger.retry.max_doublings
    ])
    error_message = "A queue must call as fast, and again as often, as function.yaml says."
  }

  assert {
    condition     = alltrue([for one in values(local.by_kind.tasks) : one.trigger.dispatch_deadline_s >= one.size.timeout_s])
    error_message = "A task would be tried again while a function still works on it."
  }

  assert {
    condition = toset(flatten([
      for queue, one in module.queue : [for grant in values(one.grants) : "${grant.member} ${grant.role} ${queue}"]
      ])) == toset(flatten([
      for name, one in local.functions : [
        for queue in one.enqueues : "serviceAccount:clearway-${local.services[name]}@clearway-test.iam.gserviceaccount.com roles/cloudtasks.enqueuer ${queue}"
      ]
    ]))
    error_message = "A queue must take tasks from the functions that enqueue, and from nobody else."
  }

  # Jobs.
  assert {
    condition = { for name, one in google_cloud_scheduler_job.this : name => [one.name, one.schedule, one.http_target[0].uri] } == merge([
      for name, one in local.by_kind.scheduler : {
        for job in one.trigger.jobs : job.name => [job.name, job.schedule, "${module.function[name].url}${job.path}"]
      }
    ]...)
    error_message = "The jobs must be those of function.yaml."
  }

  assert {
    condition = alltrue([
      for name, one in google_cloud_scheduler_job.this :
      one.time_zone == "Etc/UTC" &&
      one.http_target[0].http_method == "POST" &&
      one.http_target[0].oidc_token[0].audience == module.function[local.jobs[name].function].url &&
      one.http_target[0].oidc_token[0].service_account_email == "clearway-invoker@clearway-test.iam.gserviceaccount.com"
    ])
    error_message = "A job must call its function in the invoker's name, with a token for that function alone, at times in UTC."
  }

  assert {
    condition = alltrue([
      for name, one in google_cloud_scheduler_job.this :
      one.attempt_deadline == "${local.functions[local.jobs[name].function].size.timeout_s}s" && one.retry_config[0].retry_count == 0
    ])
    error_message = "A job must wait as long as its function may work, and leave it to the next call when that was not enough."
  }
}

run "a_partner_publishes_on_a_topic_of_its_own_alone" {
  command = plan

  variables {
    partners = {
      acme = { tenant = "acme-pay", members = ["serviceAccount:payments@acme.iam.gserviceaccount.com"] }
      beta = { tenant = "beta-pay", members = ["group:payments@beta.example.com"] }
    }
  }

  assert {
    condition = {
      for topic, one in module.partner_topic : topic => [for grant in values(one.grants) : "${grant.member} ${grant.role}"]
      } == {
      payment-requests-acme = ["serviceAccount:payments@acme.iam.gserviceaccount.com roles/pubsub.publisher"]
      payment-requests-beta = ["group:payments@beta.example.com roles/pubsub.publisher"]
    }
    error_message = "A topic of a partner must take messages from that partner, and from nobody else."
  }

  assert {
    condition = length([
      for grant in flatten([for one in values(module.topic) : values(one.grants)]) : grant if !strcontains(grant.member, "clearway-") && !strcontains(grant.member, "agent@")
    ]) == 0
    error_message = "A partner must publish on no topic of ours: there its word would count for every tenant."
  }

  assert {
    condition = {
      for name, one in module.partner_subscription : name => [one.subscription.topic, one.subscription.push_config[0].push_endpoint, one.subscription.dead_letter_policy[0].dead_letter_topic]
      } == {
      for partner in ["acme", "beta"] : "intake-payment-requests-${partner}" => [
        "projects/clearway-test/topics/payment-requests-${partner}", module.function["intake"].url, "projects/clearway-test/topics/dead-letters",
      ]
    }
    error_message = "What a partner publishes must reach intake by a subscription that bears its name."
  }

  assert {
    condition     = jsondecode(module.function["intake"].function.service_config[0].environment_variables["CLEARWAY_PARTNERS"]) == { acme = "acme-pay", beta = "beta-pay" }
    error_message = "Intake must know whose payments each partner may ask for."
  }

  assert {
    condition     = alltrue([for name in keys(module.partner_subscription) : contains(keys(local.event_subscriptions), name)])
    error_message = "Somebody must be told when a partner's messages wait."
  }

  assert {
    condition     = alltrue([for one in values(module.partner_topic) : one.topic.kms_key_name == "key/pubsub" && one.schema == one.topic.name])
    error_message = "What a partner publishes must be encrypted with our key, and fit the schema of requests."
  }
}

run "a_partner_is_never_everybody" {
  command = plan

  variables {
    partners = { acme = { tenant = "acme", members = ["allAuthenticatedUsers"] } }
  }

  expect_failures = [var.partners]
}

run "a_partner_has_one_tenant" {
  command = plan

  variables {
    partners = { acme = { tenant = "*", members = ["serviceAccount:payments@acme.iam.gserviceaccount.com"] } }
  }

  expect_failures = [var.partners]
}

run "what_holds_messages_is_protected" {
  command = plan

  variables {
    deletion_protection = true
  }

  assert {
    condition = toset(concat(
      [for one in values(module.topic) : one.topic.deletion_policy],
      [for topic in local.dead_letter_topics : module.topic[topic].kept.deletion_policy],
      [for one in values(module.subscription) : one.subscription.deletion_policy],
      [for one in values(module.queue) : one.queue.deletion_policy],
    )) == toset(["PREVENT"])
    error_message = "With deletion_protection, topics, subscriptions and queues must refuse to be destroyed."
  }
}

run "another_system" {
  command = plan

  variables {
    functions_dir        = "./tests/functions"
    function_environment = { CLEARWAY_GREETING = "hello" }
  }

  assert {
    condition     = toset(keys(module.topic)) == toset(["dead-letters", "orders", "payment-events", "receipts", "rejects"])
    error_message = "Topics of functions, of their dead letters and of the BigQuery feed must all be made."
  }

  assert {
    condition     = module.topic["rejects"].kept.name == "rejects-kept"
    error_message = "Every topic of dead letters must keep what it gets."
  }

  assert {
    condition     = google_cloud_scheduler_job.this["hourly"].http_target[0].uri == "https://clock-123456789012.us-central1.run.app/hourly"
    error_message = "A job must call its path of its function."
  }
}
