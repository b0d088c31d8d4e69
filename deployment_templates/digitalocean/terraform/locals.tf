locals {
  name       = "${var.name}-${var.environment}"
  short      = length(local.name) <= 32 ? local.name : "${trimsuffix(substr(local.name, 0, 26), "-")}-${substr(sha1(local.name), 0, 5)}"
  unique     = var.suffix == "" ? local.short : "${local.short}-${var.suffix}"
  production = var.environment == "production"

  # DigitalOcean's tags are words; a value comes after a colon.
  tags = [for name, value in merge(var.tags, {
    project     = var.name
    environment = var.environment
    managed-by  = "terraform"
  }) : "${name}:${value}"]

  # App Platform names regions without the number of the data centre.
  app_region = replace(var.region, "/[0-9]+$/", "")
  hosts      = var.domain == null ? [] : concat([var.domain], var.aliases)
  url        = var.domain == null ? digitalocean_app.main.live_url : "https://${var.domain}"

  # Shared processors do not scale by themselves; dedicated ones do.
  scales        = var.instances_maximum > var.instances_minimum
  instance_size = local.scales ? var.instance_size_dedicated : var.instance_size_shared

  image       = local.images["app"]
  pages_image = lookup(local.images, "pages", null)
  registries  = { "registry.digitalocean.com" = "DOCR", "ghcr.io" = "GHCR" }

  # registry.digitalocean.com/<registry>/<repository>:<tag>, ghcr.io/<owner>/<repository>@sha256:… and so on.
  parts = {
    for name, image in { app = var.image, pages = var.pages_image } : name => merge(
      regex("^(?:(?P<host>[^/]*[.:][^/]*)/)?(?P<path>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]+))?$", image),
      { kind = lookup(local.registries, split("/", image)[0], "DOCKER_HUB") },
    )
    if image != ""
  }
  images = {
    for name, part in local.parts : name => {
      registry_type = part.kind
      registry      = part.kind == "DOCR" ? null : length(split("/", part.path)) == 1 ? "library" : split("/", part.path)[0]
      repository    = replace(part.path, "/^[^/]+//", "")
      tag           = part.digest == null ? coalesce(part.tag, "latest") : null
      digest        = part.digest
    }
  }

  variables = merge(var.variables, {
    ENVIRONMENT          = var.environment
    LOG_LEVEL            = upper(var.log_level)
    ACCESS_LOG           = tostring(var.access_log)
    OTEL_TRACES_EXPORTER = var.traces ? "otlp" : "none"
    },
    { DATABASE_URL = local.database_url },
    local.read_url == "" ? {} : { DATABASE_READ_URL = local.read_url },
    # The password is filled in by App Platform when the release starts; Terraform never sees it here.
    var.cache_enabled ? { CACHE_URL = "rediss://$${cache.USERNAME}:$${cache.PASSWORD}@${digitalocean_database_cluster.cache[0].private_host}:${digitalocean_database_cluster.cache[0].port}/0" } : {},
    var.cdn_enabled ? { PUBLIC_FILES_URL = "https://${digitalocean_cdn.public[0].endpoint}" } : {},
  )
}
