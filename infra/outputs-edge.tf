output "bank_addresses" {
  description = "Addresses that calls to banks come from: banks list them."
  value       = module.egress.bank_addresses
}

output "dns_records" {
  description = "Records to make where the domains are kept. Certificates are issued once they can be seen."
  value       = flatten(module.edge[*].dns_records)
}
