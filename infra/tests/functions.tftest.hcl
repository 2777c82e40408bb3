# What functions are, who may call them, what they are told and what they may do.
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

  # Reach and callers.
  assert {
    condition = alltrue([
      for name, one in local.functions :
      module.function[name].function.service_config[0].ingress_settings == (one.trigger.kind == "http" ? "ALLOW_INTERNAL_AND_GCLB" : "ALLOW_INTERNAL_ONLY")
    ])
    error_message = "A function can be reached from the internet past the load balancer, or not through it."
  }

  assert {
    condition = alltrue([
      for name, one in local.functions :
      contains(values(module.function[name].invokers), "allUsers") == (one.trigger.kind == "http" && try(one.trigger.public, false))
    ])
    error_message = "Everybody must be able to call the public HTTP functions, and no other one."
  }

  assert {
    condition = alltrue([
      for name, one in local.functions :
      module.function[name].invokers == { invoker = "serviceAccount:clearway-invoker@clearway-test.iam.gserviceaccount.com" }
      if one.trigger.kind != "http"
    ])
    error_message = "A function behind Pub/Sub, Cloud Tasks or Cloud Scheduler must be callable by the invoker alone."
  }

  assert {
    condition = alltrue([
      for name, one in local.functions :
      module.function[name].url == "https://${replace(name, "_", "-")}-123456789012.us-central1.run.app"
    ])
    error_message = "A function's address must be the one that Cloud Run gives by name and project number."
  }

  assert {
    condition     = toset([for one in google_service_account_iam_member.caller : one.role]) == toset(["roles/iam.serviceAccountOpenIdTokenCreator"]) && toset(keys(google_service_account_iam_member.caller)) == toset(["cloudscheduler", "cloudtasks", "pubsub"])
    error_message = "Pub/Sub, Cloud Tasks and Cloud Scheduler must be able to make the invoker's identity tokens, and no other tokens."
  }

  # Identities and roles.
  assert {
    condition = alltrue([
      for name in keys(local.functions) :
      module.function[name].function.service_config[0].service_account_email == "clearway-${replace(name, "_", "-")}@clearway-test.iam.gserviceaccount.com"
    ])
    error_message = "Each function must run as a service account of its own."
  }

  assert {
    condition = alltrue([
      for one in google_project_iam_member.function :
      startswith(one.role, "roles/datastore.") && one.condition[0].expression == "resource.name == \"projects/clearway-test/databases/(default)\""
    ])
    error_message = "A function's role on the whole project must be one of Firestore's, and hold for the default database alone."
  }

  assert {
    condition     = toset(keys(google_service_account_iam_member.enqueuer)) == toset([for name, one in local.functions : name if length(one.enqueues) > 0])
    error_message = "Functions that enqueue tasks, and no others, must be allowed to act as the invoker."
  }

  assert {
    condition     = length(local.unknown_grants) == 0
    error_message = "A function.yaml asks for a role that nothing gives."
  }

  # Environment and secrets.
  assert {
    condition = alltrue([
      for name, one in local.functions :
      length(setsubtract(one.environment, keys(module.function[name].function.service_config[0].environment_variables))) == 0
    ])
    error_message = "A function lacks a variable that its function.yaml names."
  }

  assert {
    condition = alltrue([
      for name, one in local.functions :
      module.function[name].function.service_config[0].environment_variables["THREADS"] == tostring(one.size.concurrency) &&
      module.function[name].function.service_config[0].environment_variables["WORKERS"] == "1" &&
      module.function[name].function.service_config[0].environment_variables["GOOGLE_CLOUD_PROJECT"] == "clearway-test" &&
      module.function[name].function.service_config[0].environment_variables["CLEARWAY_REGION"] == "us-central1"
    ])
    error_message = "A function must know its project and region, and serve as many requests at a time as it is given."
  }

  assert {
    condition = alltrue([
      for name, one in local.functions :
      lookup(module.function[name].function.service_config[0].environment_variables, "CLEARWAY_SETTLEMENT_URL", "") == (contains(one.enqueues, "settlement") ? module.function["settlement"].url : "") &&
      lookup(module.function[name].function.service_config[0].environment_variables, "CLEARWAY_INVOKER_SERVICE_ACCOUNT", "") == (length(one.enqueues) > 0 ? "clearway-invoker@clearway-test.iam.gserviceaccount.com" : "")
    ])
    error_message = "Functions that enqueue tasks, and no others, must know where they go and in whose name."
  }

  assert {
    condition = alltrue([
      for name, one in local.functions :
      { for secret in module.function[name].function.service_config[0].secret_environment_variables : secret.key => secret.secret } == { for variable in one.secrets : variable => replace(lower(variable), "_", "-") }
    ])
    error_message = "A function must be given the secrets that its function.yaml names, and no other ones."
  }

  # Builds.
  assert {
    condition = alltrue([
      for name, one in local.functions :
      module.function[name].function.build_config[0].source[0].storage_source[0].object == local.bundles.functions[name].file &&
      module.function[name].function.build_config[0].runtime == "python311" &&
      module.function[name].function.build_config[0].entry_point == "handle"
    ])
    error_message = "A function must be built from the bundle of bundles.json, with the Python that it was locked for."
  }

  assert {
    condition     = alltrue([for one in values(module.function) : one.function.kms_key_name == google_artifact_registry_repository.functions.kms_key_name])
    error_message = "The repository must have the functions' key, or Cloud Functions refuses it."
  }

  assert {
    condition     = alltrue([for role, one in google_project_iam_member.builder : role == "roles/logging.logWriter" || length(one.condition) == 1])
    error_message = "The builder may do more on the whole project than write logs."
  }

  assert {
    condition = alltrue([
      for name, one in local.functions :
      module.function[name].function.service_config[0].direct_vpc_egress == "VPC_EGRESS_ALL_TRAFFIC" &&
      module.function[name].function.service_config[0].direct_vpc_network_interface[0].network == "network/${one.egress}" &&
      module.function[name].function.service_config[0].direct_vpc_network_interface[0].subnetwork == "subnetwork/${one.egress}"
    ])
    error_message = "All that a function sends must take the network that its function.yaml says."
  }

  assert {
    condition = alltrue([
      for name, one in local.functions :
      module.function[name].function.service_config[0].timeout_seconds == one.size.timeout_s &&
      module.function[name].function.service_config[0].max_instance_request_concurrency == one.size.concurrency &&
      module.function[name].function.service_config[0].min_instance_count == one.size.instances_min &&
      module.function[name].function.service_config[0].max_instance_count == one.size.instances_max &&
      module.function[name].function.service_config[0].available_memory == "${one.size.memory_mib}Mi" &&
      module.function[name].function.service_config[0].all_traffic_on_latest_revision
    ])
    error_message = "A function's size must be that of its function.yaml, and its newest revision must take all requests."
  }
}

run "another_system" {
  command = plan

  variables {
    functions_dir        = "./tests/functions"
    function_environment = { CLEARWAY_GREETING = "hello" }
  }

  assert {
    condition     = module.function["console"].invokers == { iap = "serviceAccount:agent@example.iam.gserviceaccount.com" }
    error_message = "An HTTP function that is not public must be callable by Identity-Aware Proxy alone."
  }

  assert {
    condition     = module.function["console"].function.service_config[0].ingress_settings == "ALLOW_INTERNAL_AND_GCLB"
    error_message = "An HTTP function that is not public must be reachable through the load balancer, where people sign in."
  }

  assert {
    condition = module.function["receiver"].function.service_config[0].environment_variables == tomap({
      CLEARWAY_DELIVERY_ATTEMPTS_MAX   = "7"
      CLEARWAY_GREETING                = "hello"
      CLEARWAY_INVOKER_SERVICE_ACCOUNT = "clearway-invoker@clearway-test.iam.gserviceaccount.com"
      CLEARWAY_LISTS_BUCKET            = "clearway-test-lists"
      CLEARWAY_REGION                  = "us-central1"
      CLEARWAY_WORKER_URL              = "https://worker-123456789012.us-central1.run.app"
      GOOGLE_CLOUD_PROJECT             = "clearway-test"
      PYTHONUNBUFFERED                 = "1"
      THREADS                          = "1"
      WORKERS                          = "1"
    })
    error_message = "A function must be told what its description implies and names, and nothing else."
  }

  assert {
    condition     = module.function["clock"].function.service_config[0].environment_variables["CLEARWAY_FILES_BUCKET"] == "clearway-test-files"
    error_message = "A function with a role on the bucket of files must know its name."
  }
}

run "a_variable_without_a_value_is_refused" {
  command = plan

  variables {
    functions_dir        = "./tests/functions"
    function_environment = {}
  }

  expect_failures = [var.function_environment]
}

run "a_value_that_no_function_names_is_refused" {
  command = plan

  variables {
    functions_dir        = "./tests/functions"
    function_environment = { CLEARWAY_GREETING = "hello", CLEARWAY_GRETEING = "hello" }
  }

  expect_failures = [var.function_environment]
}

run "a_role_on_a_topic_that_is_not_there_is_refused" {
  command = plan

  variables {
    functions_dir        = "./tests/refused/unknown-topic"
    function_environment = {}
  }

  expect_failures = [google_service_account.function]
}

run "a_role_on_the_project_that_fits_a_topic_is_refused" {
  command = plan

  variables {
    functions_dir        = "./tests/refused/wide-role"
    function_environment = {}
  }

  expect_failures = [google_service_account.function]
}

run "a_role_on_a_bucket_of_others_is_refused" {
  command = plan

  variables {
    functions_dir        = "./tests/refused/foreign-bucket"
    function_environment = {}
  }

  expect_failures = [google_service_account.function]
}
