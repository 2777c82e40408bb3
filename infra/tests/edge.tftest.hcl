# The way in and the way out. Modules are applied to a provider that makes ids up and calls nobody, so that a reference can
# be compared with what it refers to; the whole is planned.
mock_provider "google" {
  alias = "made_up"
}

run "the_way_in_with_a_console" {
  command   = apply
  providers = { google = google.made_up }
  module {
    source = "./modules/edge"
  }
  variables {
    console_people = ["group:operations@example.com", "user:ada@example.com"]
    functions = {
      api           = { host = "api", paths = ["/*"], public = true, service = "api" }
      rail_callback = { host = "api", paths = ["/v1/rails/*"], public = true, service = "rail-callback" }
      console       = { host = "console", paths = ["/*"], public = false, service = "console" }
    }
    hosts           = { api = "api.example.com", console = "console.example.com" }
    log_sample_rate = 1
    min_tls_version = "TLS_1_2"
    rail_addresses  = [for index in range(11) : "198.51.100.${index}/32"]
    rate_limit      = { requests = 3000, ban_requests = 12000, ban_s = 600 }
    region          = "us-central1"
    waf_preview     = false
  }

  assert {
    condition = toset(concat(
      [for one in google_compute_global_forwarding_rule.https : "${one.port_range} ${one.target == google_compute_target_https_proxy.this.id}"],
      [for one in google_compute_global_forwarding_rule.redirect : "${one.port_range} ${one.target == google_compute_target_http_proxy.redirect.id}"],
    )) == toset(["443 true", "80 true"])
    error_message = "Only port 443, and port 80 to the redirect, may face the world."
  }
  assert {
    condition     = google_compute_url_map.redirect.default_url_redirect[0].https_redirect && google_compute_url_map.redirect.default_service == null
    error_message = "Port 80 must answer where to go and nothing else."
  }
  assert {
    condition = (
      google_compute_ssl_policy.this.min_tls_version == "TLS_1_2" && google_compute_ssl_policy.this.profile == "RESTRICTED" &&
      google_compute_target_https_proxy.this.ssl_policy == google_compute_ssl_policy.this.id
    )
    error_message = "TLS must be 1.2 or later, with the restricted profile."
  }
  assert {
    condition     = google_compute_target_https_proxy.this.tls_early_data == "DISABLED"
    error_message = "Early data can be replayed, and must not be taken."
  }
  assert {
    condition = alltrue(concat(
      [for name, one in google_compute_backend_service.function : one.security_policy == google_compute_security_policy.this[name == "rail_callback" ? "rails" : name].id],
      [google_compute_backend_service.nowhere.security_policy == google_compute_security_policy.this["nowhere"].id],
    ))
    error_message = "Every backend must have the Cloud Armor policy that is meant for it."
  }
  assert {
    condition = alltrue([
      for one in values(google_compute_backend_service.function) :
      anytrue([for header in one.custom_response_headers : startswith(header, "Strict-Transport-Security: max-age=")])
    ])
    error_message = "Every answer must tell browsers to stay with HTTPS."
  }
  assert {
    condition = alltrue([
      for name, one in google_compute_backend_service.function : (name == "console") == try(one.iap[0].enabled, false)
    ])
    error_message = "People sign in to the console, and to the console alone."
  }
  assert {
    condition = {
      for one in google_iap_web_backend_service_iam_member.person : one.member => "${one.web_backend_service} ${one.role}"
      } == {
      "group:operations@example.com" = "clearway-console roles/iap.httpsResourceAccessor"
      "user:ada@example.com"         = "clearway-console roles/iap.httpsResourceAccessor"
    }
    error_message = "Only console_people may sign in, and only to the console."
  }
  assert {
    condition = (
      google_compute_url_map.this.default_service == google_compute_backend_service.nowhere.id &&
      google_compute_url_map.this.default_route_action[0].fault_injection_policy[0].abort[0].http_status == 404 &&
      google_compute_url_map.this.default_route_action[0].fault_injection_policy[0].abort[0].percentage == 100 &&
      length(google_compute_backend_service.nowhere.backend) == 0
    )
    error_message = "A host that is none of ours must be answered 404, and reach no function."
  }
  assert {
    condition = {
      for one in google_compute_url_map.this.path_matcher : one.name => merge(
        { "/*" = one.default_service },
        [for rule in one.path_rule : { for path in rule.paths : path => rule.service }]...
      )
      } == {
      api = {
        "/*"          = google_compute_backend_service.function["api"].id
        "/v1/rails/*" = google_compute_backend_service.function["rail_callback"].id
      }
      console = { "/*" = google_compute_backend_service.function["console"].id }
    }
    error_message = "Each path must lead to the function whose function.yaml claims it."
  }
  assert {
    condition = toset(flatten([for one in google_compute_url_map.this.host_rule : [for host in one.hosts : "${host} ${one.path_matcher}"]])) == toset([
      "api.example.com api", "console.example.com console",
    ])
    error_message = "Each host must have its own paths, and no other host any."
  }
  assert {
    condition = {
      for name, one in google_compute_security_policy.this : name => one(
        [for rule in one.rule : "${rule.action} ${one(one(rule.match).config).src_ip_ranges == toset(["*"])}" if rule.priority == 2147483647]
      )
    } == { api = "deny(403) true", console = "deny(403) true", nowhere = "deny(404) true", rails = "deny(403) true" }
    error_message = "What no rule allows must be refused."
  }
  assert {
    condition = alltrue(flatten([
      for one in values(google_compute_security_policy.this) : [
        for rule in one.rule : startswith(rule.action, "deny(") || try(one(rule.rate_limit_options).enforce_on_key == "IP", false)
      ]
    ]))
    error_message = "Nothing may be let in without a limit on its address."
  }
  assert {
    condition = toset(flatten([
      for rule in google_compute_security_policy.this["rails"].rule : tolist(one(one(rule.match).config).src_ip_ranges) if rule.action == "throttle"
      ])) == toset(var.rail_addresses) && alltrue([
      for rule in google_compute_security_policy.this["rails"].rule : length(try(one(one(rule.match).config).src_ip_ranges, [])) <= 10
    ])
    error_message = "Callbacks must be taken from the rails' addresses alone, ten to a rule."
  }
  assert {
    condition = alltrue([
      for name in ["api", "console"] : alltrue([
        for set in ["lfi", "rce", "rfi", "sqli", "xss", "protocolattack", "scannerdetection"] : anytrue([
          for rule in google_compute_security_policy.this[name].rule :
          strcontains(try(one(one(rule.match).expr).expression, ""), "evaluatePreconfiguredWaf('${set}-v422-stable', {'sensitivity': 1})") && rule.action == "deny(403)" && !rule.preview
        ])
      ])
    ])
    error_message = "Known attacks must be refused before the API and the console, and not only logged."
  }
  assert {
    condition = alltrue([
      for one in values(google_compute_security_policy.this) :
      one(one.advanced_options_config).log_level == "NORMAL" && one(one.advanced_options_config).json_parsing == "STANDARD"
    ])
    error_message = "Cloud Armor must parse JSON, and must not write what matched (personal data) into logs."
  }
  assert {
    condition = {
      for host, one in google_certificate_manager_certificate_map_entry.this : one.hostname => one.certificates == tolist([google_certificate_manager_certificate.this[host].id])
    } == { "api.example.com" = true, "console.example.com" = true }
    error_message = "Each host must be served with its own certificate, and no certificate go to any other name."
  }
}

run "nobody_may_sign_in_by_default" {
  command   = apply
  providers = { google = google.made_up }
  module {
    source = "./modules/edge"
  }
  variables {
    functions = {
      console = { host = "console", paths = ["/*"], public = false, service = "console" }
      rails   = { host = "api", paths = ["/v1/rails/*"], public = true, service = "rails" }
    }
    hosts           = { api = "api.example.com", console = "console.example.com" }
    log_sample_rate = 1
    min_tls_version = "TLS_1_2"
    rate_limit      = { requests = 3000, ban_requests = 12000, ban_s = 600 }
    region          = "us-central1"
    waf_preview     = false
  }

  assert {
    condition     = length(google_iap_web_backend_service_iam_member.person) == 0 && google_compute_backend_service.function["console"].iap[0].enabled
    error_message = "A console that nobody was named for must let nobody in."
  }
  assert {
    condition     = one([for one in google_compute_url_map.this.path_matcher : one.default_service if one.name == "api"]) == google_compute_backend_service.nowhere.id
    error_message = "A path that no function claims must reach none."
  }
}

run "two_functions_may_not_claim_one_path" {
  command   = plan
  providers = { google = google.made_up }
  module {
    source = "./modules/edge"
  }
  variables {
    functions = {
      one = { host = "api", paths = ["/*", "/v1/x"], public = true, service = "one" }
      two = { host = "api", paths = ["/v1/x"], public = true, service = "two" }
    }
    hosts           = { api = "api.example.com" }
    log_sample_rate = 1
    min_tls_version = "TLS_1_2"
    rate_limit      = { requests = 3000, ban_requests = 12000, ban_s = 600 }
    region          = "us-central1"
    waf_preview     = false
  }
  expect_failures = [google_compute_url_map.this]
}

run "a_host_without_a_name_is_a_mistake" {
  command   = plan
  providers = { google = google.made_up }
  module {
    source = "./modules/edge"
  }
  variables {
    functions       = { api = { host = "api", paths = ["/v1/*"], public = true, service = "api" } }
    hosts           = { console = "console.example.com" }
    log_sample_rate = 1
    min_tls_version = "TLS_1_2"
    rate_limit      = { requests = 3000, ban_requests = 12000, ban_s = 600 }
    region          = "us-central1"
    waf_preview     = false
  }
  expect_failures = [var.hosts]
}

run "the_way_out" {
  command   = apply
  providers = { google = google.made_up }
  module {
    source = "./modules/egress"
  }
  variables {
    bank_address_count = 2
    bank_ranges        = ["0.0.0.0/0"]
    instances_max      = { banks = 100, google = 426 }
    region             = "us-central1"
    subnets            = { banks = "100.64.16.0/22", google = "100.64.0.0/20" }
  }

  assert {
    condition = alltrue([
      for way in ["banks", "google"] :
      contains(tolist(google_compute_firewall.deny[way].deny)[*].protocol, "all") &&
      google_compute_firewall.deny[way].destination_ranges == toset(["0.0.0.0/0"]) &&
      google_compute_firewall.deny[way].direction == "EGRESS" &&
      google_compute_firewall.deny[way].network == google_compute_network.this[way].id &&
      google_compute_firewall.deny[way].priority > google_compute_firewall.google_apis[way].priority
    ])
    error_message = "Whatever is not allowed must not leave either network."
  }
  assert {
    condition = alltrue([
      for one in values(google_compute_firewall.google_apis) :
      one.destination_ranges == toset(["199.36.153.4/30"]) && toset(flatten([for rule in one.allow : rule.ports])) == toset(["443"])
    ])
    error_message = "To Google's APIs only port 443 of their restricted addresses is open."
  }
  assert {
    condition = (
      google_compute_firewall.banks.network == google_compute_network.this["banks"].id &&
      google_compute_route.internet.network == google_compute_network.this["banks"].id &&
      google_compute_network.this["banks"].id != google_compute_network.this["google"].id &&
      alltrue([for one in values(google_compute_network.this) : one.delete_default_routes_on_create && !one.auto_create_subnetworks])
    )
    error_message = "Only the network of banks may have a route to the internet and a rule that lets it be used."
  }
  assert {
    condition = (
      google_compute_router.banks.network == google_compute_network.this["banks"].id &&
      google_compute_router_nat.banks.source_subnetwork_ip_ranges_to_nat == "LIST_OF_SUBNETWORKS" &&
      [for one in google_compute_router_nat.banks.subnetwork : one.name] == [google_compute_subnetwork.this["banks"].id]
    )
    error_message = "Only the subnet of banks may have NAT."
  }
  assert {
    condition = (
      google_compute_router_nat.banks.nat_ip_allocate_option == "MANUAL_ONLY" &&
      toset(google_compute_router_nat.banks.nat_ips) == toset(google_compute_address.bank[*].self_link)
    )
    error_message = "Calls to banks must come from the reserved addresses alone."
  }
  assert {
    condition     = alltrue([for one in values(google_compute_subnetwork.this) : one.private_ip_google_access && length(one.log_config) == 1])
    error_message = "Each subnet must reach Google's APIs by itself, and record who called where."
  }
  assert {
    condition = (
      google_dns_managed_zone.google_apis.visibility == "private" &&
      toset([for one in one(google_dns_managed_zone.google_apis.private_visibility_config).networks : one.network_url]) == toset(values(google_compute_network.this)[*].id) &&
      google_dns_record_set.every_api.name == "*.googleapis.com." && google_dns_record_set.every_api.rrdatas == tolist(["restricted.googleapis.com."]) &&
      google_dns_record_set.restricted.rrdatas == tolist(["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"])
    )
    error_message = "In both networks the name of every API of Google's must lead to the restricted addresses."
  }
}

run "a_subnet_must_hold_both_revisions_of_every_instance" {
  command   = plan
  providers = { google = google.made_up }
  module {
    source = "./modules/egress"
  }
  variables {
    bank_address_count = 2
    bank_ranges        = ["0.0.0.0/0"]
    instances_max      = { banks = 100, google = 64 }
    region             = "us-central1"
    subnets            = { banks = "100.64.16.0/22", google = "100.64.0.0/24" }
  }
  expect_failures = [google_compute_subnetwork.this]
}

run "prod_keeps_the_addresses_that_others_know" {
  command   = apply
  providers = { google = google.made_up }
  module {
    source = "./modules/egress"
  }
  variables {
    bank_address_count  = 3
    bank_ranges         = ["198.51.100.0/24"]
    deletion_protection = true
    instances_max       = { banks = 0, google = 0 }
    region              = "us-central1"
    subnets             = { banks = "100.64.16.0/26", google = "100.64.0.0/26" }
  }

  assert {
    condition     = google_compute_address.bank[*].deletion_policy == ["PREVENT", "PREVENT", "PREVENT"] && google_compute_firewall.banks.destination_ranges == toset(["198.51.100.0/24"])
    error_message = "Addresses that banks list must not be given back, and the banks' own must be the only ones that are called."
  }
}

run "a_console_is_put_behind_sign_in_by_its_function_yaml" {
  command = plan
  variables {
    functions_dir        = "tests/edge_functions"
    function_environment = { CLEARWAY_ACH_ORIGIN = "", CLEARWAY_RAILS = "{}" }
    console_people       = ["user:ada@example.com"]
    hosts                = { api = "api.example.com", console = "console.example.com" }
  }

  assert {
    condition     = module.edge[0].policies == { api = "clearway-api", rail_callback = "clearway-rails", console = "clearway-console" }
    error_message = "Every HTTP function must be served, each behind the policy that is meant for it."
  }
}

run "without_names_there_is_no_way_in" {
  command = plan
  variables {
    functions_dir        = "tests/edge_functions"
    function_environment = { CLEARWAY_ACH_ORIGIN = "", CLEARWAY_RAILS = "{}" }
  }

  assert {
    condition     = length(module.edge) == 0 && output.dns_records == []
    error_message = "Without a name nothing may face the world."
  }
}

run "everybody_is_not_let_in" {
  command = plan
  variables {
    functions_dir        = "tests/edge_functions"
    function_environment = { CLEARWAY_ACH_ORIGIN = "", CLEARWAY_RAILS = "{}" }
    console_people       = ["allAuthenticatedUsers"]
  }
  expect_failures = [var.console_people]
}

run "only_people_are_let_in" {
  command = plan
  variables {
    functions_dir        = "tests/edge_functions"
    function_environment = { CLEARWAY_ACH_ORIGIN = "", CLEARWAY_RAILS = "{}" }
    console_people       = ["serviceAccount:robot@example.com"]
  }
  expect_failures = [var.console_people]
}

run "older_tls_is_refused" {
  command = plan
  variables {
    functions_dir        = "tests/edge_functions"
    function_environment = { CLEARWAY_ACH_ORIGIN = "", CLEARWAY_RAILS = "{}" }
    min_tls_version      = "TLS_1_1"
  }
  expect_failures = [var.min_tls_version]
}
