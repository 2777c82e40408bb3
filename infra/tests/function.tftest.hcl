# The module by itself: what it refuses.
variables {
  bucket          = "bundles"
  builder         = { service_account = "projects/p/serviceAccounts/b@p.iam.gserviceaccount.com", repository = "projects/p/locations/us-central1/repositories/r" }
  bundle          = { folder = "bundles", file = "fraud-0123456789abcdef.zip", sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" }
  environment     = {}
  ingress         = "ALLOW_INTERNAL_ONLY"
  invokers        = { invoker = "serviceAccount:invoker@p.iam.gserviceaccount.com" }
  kms_key         = "projects/p/locations/us-central1/keyRings/r/cryptoKeys/functions"
  location        = "us-central1"
  name            = "fraud"
  network         = { network = "projects/p/global/networks/n", subnetwork = "projects/p/regions/us-central1/subnetworks/s" }
  owner           = "risk"
  project         = "clearway-test"
  runtime         = "python311"
  secrets         = {}
  service         = "fraud"
  service_account = "fraud@p.iam.gserviceaccount.com"
  size            = { cpu = 1, memory_mib = 512, concurrency = 8, instances_min = 0, instances_max = 2, timeout_s = 60 }
  url             = "https://fraud-1.us-central1.run.app"
}

provider "google" {
  project = "clearway-test"
  region  = "us-central1"
}

run "a_function" {
  command = plan

  module {
    source = "./modules/function"
  }

  assert {
    condition     = google_storage_bucket_object.bundle.name == "fraud-0123456789abcdef.zip"
    error_message = "A bundle must be stored under the name that holds its hash, so that unchanged code is not built again."
  }
}

run "half_a_cpu_serves_one_request_at_a_time" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    size = { cpu = 0.5, memory_mib = 512, concurrency = 8, instances_min = 0, instances_max = 2, timeout_s = 60 }
  }

  expect_failures = [google_cloudfunctions2_function.this]
}

run "a_function_without_a_bundle_is_refused" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    bundle = null
  }

  expect_failures = [var.bundle]
}

run "a_bundle_whose_name_says_nothing_of_its_content_is_refused" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    bundle = { folder = "bundles", file = "fraud.zip", sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" }
  }

  expect_failures = [var.bundle]
}

run "a_function_open_to_the_internet_is_refused" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    ingress = "ALLOW_ALL"
  }

  expect_failures = [var.ingress]
}
