# The modules of topics, subscriptions and queues by themselves: what they refuse.
provider "google" {
  project = "clearway-test"
  region  = "us-central1"
}

run "a_topic_with_a_schema" {
  command = plan

  module {
    source = "./modules/topic"
  }

  variables {
    name                = "orders"
    location            = "us-central1"
    kms_key             = "projects/p/locations/us-central1/keyRings/r/cryptoKeys/pubsub"
    deletion_protection = false
    schema              = jsonencode({ type = "record", name = "Order", fields = [{ name = "id", type = "string" }] })
  }

  assert {
    condition     = google_pubsub_topic.this.schema_settings[0].encoding == "JSON" && google_pubsub_schema.this[0].type == "AVRO" && google_pubsub_schema.this[0].name == "orders"
    error_message = "A topic with a schema must check messages in JSON by it."
  }

  assert {
    condition     = google_pubsub_topic.this.schema_settings[0].first_revision_id == null && google_pubsub_topic.this.schema_settings[0].last_revision_id == null
    error_message = "Any revision must do: the last release goes on publishing while a new one starts."
  }
}

run "a_schema_that_is_no_json_is_refused" {
  command = plan

  module {
    source = "./modules/topic"
  }

  variables {
    name                = "orders"
    location            = "us-central1"
    kms_key             = "projects/p/locations/us-central1/keyRings/r/cryptoKeys/pubsub"
    deletion_protection = false
    schema              = "{"
  }

  expect_failures = [var.schema]
}

run "a_subscription_that_delivers_again_too_soon_is_refused" {
  command = plan

  module {
    source = "./modules/push-subscription"
  }

  variables {
    name                = "receiver-orders"
    topic               = "projects/clearway-test/topics/orders"
    url                 = "https://receiver-1.us-central1.run.app"
    service_account     = "invoker@clearway-test.iam.gserviceaccount.com"
    agent               = "serviceAccount:agent@example.iam.gserviceaccount.com"
    ack_deadline_s      = 30
    timeout_s           = 31
    retry               = { minimum_backoff_s = 1, maximum_backoff_s = 60 }
    dead_letter         = { topic = "projects/clearway-test/topics/rejects", max_delivery_attempts = 5 }
    deletion_protection = false
  }

  expect_failures = [google_pubsub_subscription.this]
}

run "a_queue_that_calls_again_too_soon_is_refused" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    name                = "parcels"
    location            = "us-central1"
    rate                = { max_dispatches_per_second = 5, max_concurrent_dispatches = 2 }
    retry               = { max_attempts = 10, minimum_backoff_s = 1, maximum_backoff_s = 60, max_doublings = 4 }
    dispatch_deadline_s = 30
    timeout_s           = 31
    deletion_protection = false
  }

  expect_failures = [google_cloud_tasks_queue.this]
}
