resource "google_cloudfunctions2_function" "this" {
  name         = var.service
  location     = var.location
  description  = "Clearway: function ${var.name}"
  kms_key_name = var.kms_key
  labels       = { function = var.name, owner = var.owner }

  build_config {
    runtime           = var.runtime
    entry_point       = "handle"
    service_account   = var.builder.service_account
    docker_repository = var.builder.repository
    environment_variables = {
      GOOGLE_FUNCTION_SOURCE = "main.py"
      # Google's builder compiles our code, and puts one old date on every file afterwards, so that byte code which goes
      # by dates is stale at every start. With this, Python goes by the content: https://peps.python.org/pep-0552/
      SOURCE_DATE_EPOCH = "315532801"
    }

    source {
      storage_source {
        bucket = google_storage_bucket_object.bundle.bucket
        object = google_storage_bucket_object.bundle.name
      }
    }

    # Google replaces the base image under a function when it has a security fix, with no new build.
    automatic_update_policy {}
  }

  service_config {
    available_cpu                    = tostring(var.size.cpu)
    available_memory                 = "${var.size.memory_mib}Mi"
    max_instance_request_concurrency = var.size.concurrency
    min_instance_count               = var.size.instances_min
    max_instance_count               = var.size.instances_max
    timeout_seconds                  = var.size.timeout_s
    all_traffic_on_latest_revision   = true
    ingress_settings                 = var.ingress
    service_account_email            = var.service_account
    environment_variables            = var.environment
    # All of it, so that the network's firewall and its one outgoing address count for everything a function calls.
    direct_vpc_egress = "VPC_EGRESS_ALL_TRAFFIC"

    direct_vpc_network_interface {
      network    = var.network.network
      subnetwork = var.network.subnetwork
    }

    dynamic "secret_environment_variables" {
      for_each = var.secrets
      content {
        key        = secret_environment_variables.key
        project_id = var.project
        secret     = secret_environment_variables.value
        # A new version counts for instances that start after it was added.
        version = "latest"
      }
    }
  }

  lifecycle {
    precondition {
      condition     = var.size.concurrency == 1 || var.size.cpu >= 1
      error_message = "Function ${var.name} has less than one CPU, so Cloud Run lets it serve only one request at a time: its concurrency must be 1."
    }
  }
}
