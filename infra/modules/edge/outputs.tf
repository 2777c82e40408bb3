output "addresses" {
  description = "Address of the load balancer by version of IP."
  value       = { for version, address in google_compute_global_address.this : version => address.address }
}

output "dns_records" {
  description = "Records to make where the domains are kept: hosts to addresses, and proofs that the domains are ours."
  value = concat(
    [for host in local.hosts : { name = "${var.hosts[host]}.", type = "A", data = google_compute_global_address.this["IPV4"].address }],
    [for host in local.hosts : { name = "${var.hosts[host]}.", type = "AAAA", data = google_compute_global_address.this["IPV6"].address }],
    flatten([for one in google_certificate_manager_dns_authorization.this : [
      for record in one.dns_resource_record : { name = record.name, type = record.type, data = record.data }
    ]]),
  )
}

output "policies" {
  description = "Name of the Cloud Armor policy before each function."
  value       = { for name in keys(var.functions) : name => google_compute_security_policy.this[local.policy_of[name]].name }
}
