# Cloud Armor. The first rule that matches decides, and a rate limit that is kept allows: so refusals stand above the
# limit, and what comes below it is refused.
locals {
  # Rails call below this path (shared/runtime/steps/rail_callback.py).
  rails_path = "/v1/rails/"
  policy_of = {
    for name, one in var.functions :
    name => !one.public ? "console" : anytrue([for path in one.paths : startswith(path, local.rails_path)]) ? "rails" : "api"
  }

  # OWASP Core Rule Set 4.22 at sensitivity 1, whose signatures take next to nothing for an attack that is none:
  # https://cloud.google.com/armor/docs/waf-rules. Sets for PHP, Java and Node.js are left out, since nothing here runs
  # them, and session fixation, since no public function knows sessions. A rule holds at most five expressions, and a
  # project 20 rules with expressions unless it asks for more (https://cloud.google.com/armor/quotas), hence two rules.
  waf = {
    injection = { priority = 1000, sets = ["lfi", "rce", "rfi", "sqli", "xss"], skipped_headers = ["authorization"] }
    # Methods other than GET, HEAD, OPTIONS and POST are refused here too.
    protocol = { priority = 1010, sets = ["methodenforcement", "protocolattack", "scannerdetection"], skipped_headers = [] }
    scanners = { priority = 1020, sets = ["protocolattack", "scannerdetection"], skipped_headers = [] }
  }

  # Addresses are counted, not API keys: a caller that invents a key for each request would never meet its limit.
  # Rails are slowed and never banned, since a ban keeps back news of payments.
  policies = {
    api     = { waf = ["injection", "protocol"], ban = true, from = ["*"], otherwise = "deny(403)" }
    console = { waf = ["injection", "scanners"], ban = false, from = ["*"], otherwise = "deny(403)" }
    nowhere = { waf = [], ban = false, from = [], otherwise = "deny(404)" }
    # A callback is read after its signature is found true, and ISO 20022 in XML looks like injected markup.
    rails = { waf = ["protocol"], ban = false, from = length(var.rail_addresses) > 0 ? var.rail_addresses : ["*"], otherwise = "deny(403)" }
  }
}

resource "google_compute_security_policy" "this" {
  #checkov:skip=CKV_GCP_73:Log4j is Java's, and nothing here runs Java
  for_each = local.policies

  name        = "clearway-${each.key}"
  description = "What may reach: ${each.key}."
  type        = "CLOUD_ARMOR"

  dynamic "adaptive_protection_config" {
    for_each = length(each.value.from) > 0 ? [true] : []
    content {
      layer_7_ddos_defense_config {
        enable          = adaptive_protection_config.value
        rule_visibility = "STANDARD"
      }
    }
  }

  advanced_options_config {
    # A quotation mark in a name is then one in a value, and not one in the body.
    json_parsing = "STANDARD"
    # VERBOSE writes what matched, hence names and account numbers, into the log.
    log_level = "NORMAL"
    # The largest there is. What an API call holds beyond it is not inspected, but parsed as strictly as the rest.
    request_body_inspection_size = "64KB"
  }

  dynamic "rule" {
    for_each = { for name in each.value.waf : name => local.waf[name] }
    content {
      action      = "deny(403)"
      description = "Attacks: ${rule.key}"
      preview     = var.waf_preview
      priority    = rule.value.priority
      match {
        expr {
          expression = join(" || ", [for set in rule.value.sets : "evaluatePreconfiguredWaf('${set}-v422-stable', {'sensitivity': 1})"])
        }
      }

      dynamic "preconfigured_waf_config" {
        for_each = length(rule.value.skipped_headers) > 0 ? [rule.value] : []
        content {
          dynamic "exclusion" {
            for_each = preconfigured_waf_config.value.sets
            content {
              target_rule_set = "${exclusion.value}-v422-stable"
              # Chance in an API key may look like anything; it is compared and never interpreted.
              dynamic "request_header" {
                for_each = preconfigured_waf_config.value.skipped_headers
                content {
                  operator = "EQUALS"
                  value    = request_header.value
                }
              }
            }
          }
        }
      }
    }
  }

  # A rule takes ten ranges.
  dynamic "rule" {
    for_each = { for index, ranges in chunklist(each.value.from, 10) : 2000 + index => ranges }
    content {
      action      = each.value.ban ? "rate_based_ban" : "throttle"
      description = "So many requests a minute of one address"
      priority    = rule.key
      match {
        versioned_expr = "SRC_IPS_V1"
        config {
          src_ip_ranges = rule.value
        }
      }
      rate_limit_options {
        ban_duration_sec = each.value.ban ? var.rate_limit.ban_s : null
        conform_action   = "allow"
        enforce_on_key   = "IP"
        exceed_action    = "deny(429)"
        rate_limit_threshold {
          count        = var.rate_limit.requests
          interval_sec = 60
        }
        dynamic "ban_threshold" {
          for_each = each.value.ban ? [var.rate_limit.ban_requests] : []
          content {
            count        = ban_threshold.value
            interval_sec = 60
          }
        }
      }
    }
  }

  rule {
    action      = each.value.otherwise
    description = "Everything else"
    priority    = 2147483647
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}
