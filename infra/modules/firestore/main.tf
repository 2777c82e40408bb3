resource "google_firestore_database" "this" {
  # Client libraries and the emulator mean this one where nothing else is said.
  name             = "(default)"
  location_id      = var.location
  type             = "FIRESTORE_NATIVE"
  database_edition = "STANDARD"
  # Every write of the product carries the version that it read as a precondition, and holds no lock. Under
  # PESSIMISTIC, the edition's default, whoever else opens a transaction (a script, the console) would lock the documents
  # that it reads, and payments would wait: https://cloud.google.com/firestore/docs/transaction-data-contention
  concurrency_mode = "OPTIMISTIC"
  # Otherwise an App Engine app of the project could switch the database off.
  app_engine_integration_mode = "DISABLED"

  # Any minute of the last seven days, against deletions and faulty releases.
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = var.deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.deletion_protection ? "PREVENT" : "DELETE"

  cmek_config {
    kms_key_name = var.kms_key
  }
}

# Backup schedules of a database that was made this moment are refused, whoever asks:
# https://github.com/hashicorp/terraform-provider-google/issues/21577.
resource "time_sleep" "made" {
  create_duration = "60s"
  triggers        = { database = google_firestore_database.this.id }
}

# Point-in-time recovery ends where the database does, and after seven days; backups outlive both. They are in the
# database's location and under its key.
resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.this.name
  retention = "${var.daily_backup_days * 86400}s"

  daily_recurrence {}

  depends_on = [time_sleep.made]
}

resource "google_firestore_backup_schedule" "weekly" {
  database  = google_firestore_database.this.name
  retention = "${var.weekly_backup_days * 86400}s"

  weekly_recurrence {
    # Its load is spread over the day by Google; Sunday has the fewest banking hours.
    day = "SUNDAY"
  }

  depends_on = [time_sleep.made]
}
