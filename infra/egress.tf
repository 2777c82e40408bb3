# Stand-in.
module "egress" {
  source  = "./modules/egress"
  project = var.project
  region  = var.region
}
