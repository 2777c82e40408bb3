# Host and path to function. What no function claims is answered 404 before any instance is woken.
locals {
  hosts = toset([for one in var.functions : one.host])
  # Names of the functions that claim a path; more than one is a mistake that a precondition names.
  claims = {
    for claim in distinct(flatten([for one in var.functions : [for path in one.paths : "${one.host}${path}"]])) :
    claim => sort([for name, one in var.functions : name if contains([for path in one.paths : "${one.host}${path}"], claim)])
  }
  fallbacks = { for host in local.hosts : host => try(local.claims["${host}/*"][0], null) }
}

resource "google_compute_url_map" "this" {
  name = "clearway"
  # A request for a host that is none of ours. Answered by the route; the backend behind it refuses all by itself.
  default_service = google_compute_backend_service.nowhere.id

  default_route_action {
    fault_injection_policy {
      abort {
        http_status = 404
        percentage  = 100
      }
    }
  }

  dynamic "host_rule" {
    for_each = local.hosts
    content {
      hosts        = [var.hosts[host_rule.value]]
      path_matcher = host_rule.value
    }
  }

  dynamic "path_matcher" {
    for_each = local.fallbacks
    content {
      name = path_matcher.key
      default_service = (
        path_matcher.value == null
        ? google_compute_backend_service.nowhere.id
        : google_compute_backend_service.function[path_matcher.value].id
      )

      # The longest path that fits decides, whatever the order:
      # https://cloud.google.com/load-balancing/docs/url-map-concepts#pm-constraints
      dynamic "path_rule" {
        for_each = {
          for name, one in var.functions : name => [for path in one.paths : path if path != "/*"]
          if one.host == path_matcher.key && length([for path in one.paths : path if path != "/*"]) > 0
        }
        content {
          paths   = path_rule.value
          service = google_compute_backend_service.function[path_rule.key].id
        }
      }
    }
  }

  lifecycle {
    precondition {
      condition     = alltrue([for names in local.claims : length(names) == 1])
      error_message = "Two functions claim one path: ${jsonencode({ for path, names in local.claims : path => names if length(names) > 1 })}."
    }
  }
}

# Plain HTTP is answered by where to go, and by nothing else.
resource "google_compute_url_map" "redirect" {
  name = "clearway-redirect"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }
}
