resource "aws_elasticache_subnet_group" "main" {
  count = var.cache_enabled ? 1 : 0

  name       = "${local.prefix}-cache"
  subnet_ids = aws_subnet.private[*].id
}

resource "aws_elasticache_replication_group" "main" {
  #checkov:skip=CKV_AWS_31:A password would lie in the state; TLS and a group that only the back end belongs to protect it.
  #checkov:skip=CKV2_AWS_50:In production, where there are two nodes.
  #checkov:skip=CKV_AWS_191:Encrypted with the key of the stack.
  count = var.cache_enabled ? 1 : 0

  replication_group_id       = "${local.prefix}-cache"
  description                = "Cache of ${local.full_name}"
  engine                     = "valkey"
  node_type                  = var.cache_type
  num_cache_clusters         = local.production ? 2 : 1
  automatic_failover_enabled = local.production
  multi_az_enabled           = local.production
  port                       = local.cache_port

  subnet_group_name          = aws_elasticache_subnet_group.main[0].name
  security_group_ids         = [aws_security_group.cache[0].id]
  at_rest_encryption_enabled = true
  kms_key_id                 = aws_kms_key.main.arn
  transit_encryption_enabled = true

  auto_minor_version_upgrade = true
  snapshot_retention_limit   = 0 # what it holds can be made again
  maintenance_window         = local.upkeep_window
  apply_immediately          = !local.production
}
