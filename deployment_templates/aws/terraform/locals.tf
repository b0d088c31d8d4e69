data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  production = var.environment == "production"

  # Load balancers and target groups allow 32 characters; a long name is cut and told apart by a digest.
  full_name = "${var.name}-${var.environment}"
  prefix    = length(local.full_name) <= 22 ? local.full_name : "${substr(local.full_name, 0, 15)}-${substr(sha1(local.full_name), 0, 6)}"

  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  tags = merge(var.tags, {
    project     = var.name
    environment = var.environment
    managed-by  = "terraform"
  })

  # CloudWatch keeps logs for some numbers of days only.
  retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
  log_days   = min([for days in local.retentions : days if days >= var.log_days]...)

  is_document = var.database_engine == "mongodb"
  everybody   = contains(var.visitors, "0.0.0.0/0")
  visitors_v4 = [for network in var.visitors : network if !strcontains(network, ":")]
  visitors_v6 = [for network in var.visitors : network if strcontains(network, ":")]

  has_domain      = var.domain != ""
  has_certificate = var.certificate == "own" || (var.certificate == "automatic" && local.has_domain)
  web_ports       = local.has_certificate ? [80, 443] : [80]
}
