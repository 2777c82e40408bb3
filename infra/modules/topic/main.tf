resource "google_pubsub_topic" "this" {
  name         = var.name
  kms_key_name = var.kms_key
}
variable "name" { type = string }
variable "kms_key" { type = string }
output "id" { value = google_pubsub_topic.this.id }
