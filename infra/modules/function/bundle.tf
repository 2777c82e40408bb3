# The name holds a hash of the content, so that a function whose code is unchanged is not built again.
resource "google_storage_bucket_object" "bundle" {
  bucket       = var.bucket
  name         = var.bundle.file
  source       = "${var.bundle.folder}/${var.bundle.file}"
  content_type = "application/zip"
  metadata     = { sha256 = var.bundle.sha256 }

  lifecycle {
    # The function is moved to the new bundle before the old one goes. Where on a machine the file lay says nothing: the
    # name alone decides.
    create_before_destroy = true
    ignore_changes        = [source, detect_md5hash]
  }
}
