output "backups" {
  description = "The backup schedules, by how often."
  value       = { daily = google_firestore_backup_schedule.daily, weekly = google_firestore_backup_schedule.weekly }
}

output "database" {
  description = "The database. Its queries work from the moment that its indexes are built."
  value       = google_firestore_database.this
  depends_on  = [google_firestore_index.this, google_firestore_field.searched]
}

output "expiring" {
  description = "Fields by whose time documents expire, by collection and field."
  value       = google_firestore_field.expiring
}

output "indexes" {
  description = "Composite indexes, by collection and fields."
  value       = google_firestore_index.this
}

output "searched" {
  description = "Fields that have a single-field index, by collection and field."
  value       = google_firestore_field.searched
}

output "unsearched" {
  description = "The rule for all other fields, by collection."
  value       = google_firestore_field.unsearched
}
