# Every choice of the deployment. `terraform.tfvars.json` is written from the choices; a platform engineer may write it by hand.

# What and where

variable "name" {
  description = "Name of the product; begins the names of all resources."
  type        = string

  validation {
    condition     = can(regex("^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$", var.name))
    error_message = "Use 1 to 40 characters of a to z, 0 to 9 and -, beginning with a letter."
  }
}

variable "environment" {
  description = "What it is for: staging or production. Production keeps images of its own tier and locks what holds data."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "Use staging or production."
  }
}

variable "region" {
  description = "Region of everything that is not global, such as westeurope."
  type        = string
}

variable "network_cidr" {
  description = "Addresses of the private network, a /16; its subnets are cut from it."
  type        = string
  default     = "10.30.0.0/16"
}

variable "operator_networks" {
  description = "Networks from which Terraform and operators reach the vault and the storage account; empty: only through the private network."
  type        = list(string)
  default     = []
}

variable "tags" {
  description = "Tags that every resource gets besides those of the stack."
  type        = map(string)
  default     = {}
}

# What runs

variable "image" {
  description = "Image of the back end for the first creation. Later releases are rolled out without Terraform, which leaves them alone."
  type        = string
}

variable "port" {
  description = "Port on which the back end listens."
  type        = number
  default     = 8000
}

variable "migrate_command" {
  description = "Command of the job that brings the tables up to date."
  type        = list(string)
  default     = ["alembic", "upgrade", "head"]
}

variable "variables" {
  description = "Environment variables of the back end by name. Everybody who reads the container app sees them."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "Environment variable to the place of its value: vault (empty: the vault of this stack), name of the secret, version (empty: the newest)."
  type = map(object({
    vault   = string
    name    = string
    version = string
  }))
  default = {}
}

variable "cpu" {
  description = "Processors of an instance."
  type        = number
  default     = 0.5
}

variable "memory" {
  description = "Memory of an instance; the consumption profile wants 2 Gi for each processor."
  type        = string
  default     = "1Gi"
}

variable "minimum" {
  description = "Instances that always run."
  type        = number
  default     = 1
}

variable "maximum" {
  description = "Instances under load."
  type        = number
  default     = 3
}

variable "cpu_percent" {
  description = "Instances are added above this average load, in percent."
  type        = number
  default     = 60
}

variable "requests_per_instance" {
  description = "Instances are added above this many requests a second for each; 0: by load alone."
  type        = number
  default     = 0
}

variable "cooldown_s" {
  description = "Seconds of calm before an instance is taken away."
  type        = number
  default     = 300
}

variable "zone_redundant" {
  description = "Spread the instances over the zones of the region. Changing it makes the environment anew."
  type        = bool
  default     = true
}

variable "revision_mode" {
  description = "Multiple: the new revision starts beside the old one and gets its traffic when it is healthy. Single: it takes over by itself."
  type        = string
  default     = "Multiple"

  validation {
    condition     = contains(["Multiple", "Single"], var.revision_mode)
    error_message = "Use Multiple or Single."
  }
}

variable "releases" {
  description = "Revisions that are kept to go back to."
  type        = number
  default     = 5
}

variable "health_path" {
  description = "Where a healthy back end answers 200."
  type        = string
  default     = "/health"
}

variable "health_interval_s" {
  description = "Seconds between two checks, 1 to 240."
  type        = number
  default     = 30
}

variable "health_budget_s" {
  description = "Seconds in which a new instance must become healthy."
  type        = number
  default     = 120
}

variable "drain_s" {
  description = "Seconds that an instance may take to finish its requests, 600 at most."
  type        = number
  default     = 30
}

variable "request_timeout_s" {
  description = "Seconds for one request."
  type        = number
  default     = 30
}

# Database

variable "database_engine" {
  description = "postgresql, mysql, or mongodb (Azure DocumentDB, the vCore kind that speaks MongoDB's protocol)."
  type        = string
  default     = "postgresql"

  validation {
    condition     = contains(["postgresql", "mysql", "mongodb"], var.database_engine)
    error_message = "Use postgresql, mysql or mongodb."
  }
}

variable "database_version" {
  description = "Version of the database, as the provider writes it."
  type        = string
  default     = "17"
}

variable "database_sku" {
  description = "Size of the database server, such as B_Standard_B1ms, or M30 for mongodb."
  type        = string
  default     = "B_Standard_B1ms"
}

variable "database_storage_gb" {
  description = "Gigabytes to begin with, one of the steps that Azure offers."
  type        = number
  default     = 32
}

variable "database_auto_grow" {
  description = "Let the storage grow by itself before it is full."
  type        = bool
  default     = true
}

variable "database_high_availability" {
  description = "Keep a standby in another zone that takes over by itself. Not with burstable sizes."
  type        = bool
  default     = false
}

variable "database_replicas" {
  description = "Copies that answer reads. Not with burstable sizes, and not with mongodb."
  type        = number
  default     = 0
}

variable "database_public" {
  description = "Let the database be reached from the internet, by those whom firewall_rules name."
  type        = bool
  default     = false
}

variable "database_locked" {
  description = "Refuse to delete the database until the lock is taken off."
  type        = bool
  default     = true
}

variable "database_connections" {
  description = "Connections for each instance of the back end."
  type        = number
  default     = 10
}

variable "database_connections_limit" {
  description = "Connections that a server of this size takes; an alarm on their share is counted from it."
  type        = number
  default     = 50
}

variable "database_password" {
  description = "Password of the administrator, 16 characters or more of letters, digits, - and _. Give it by TF_VAR_database_password; neither plan nor state keeps it."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.database_password == null || can(regex("^[A-Za-z0-9_-]{16,128}$", var.database_password))
    error_message = "Use 16 to 128 letters, digits, - and _: it becomes part of an address."
  }
}

variable "database_password_version" {
  description = "Raise it to give the database another password."
  type        = number
  default     = 1
}

# Cache

variable "cache_enabled" {
  description = "Provide Azure Managed Redis."
  type        = bool
  default     = false
}

variable "cache_sku" {
  description = "Size of the cache."
  type        = string
  default     = "Balanced_B0"
}

# Address

variable "domain" {
  description = "Name under which it is reached; empty: the address that Azure gives."
  type        = string
  default     = ""
}

variable "aliases" {
  description = "Other names, which redirect to the domain."
  type        = list(string)
  default     = []
}

variable "dns_zone" {
  description = "Zone at Azure in which the records are made; empty: none are made, the output dns_records says which are needed."
  type        = string
  default     = ""
}

variable "certificate" {
  description = "automatic: issued and renewed by Front Door; own: certificate_id; none: connections are open."
  type        = string
  default     = "automatic"

  validation {
    condition     = contains(["automatic", "own", "none"], var.certificate)
    error_message = "Use automatic, own or none."
  }
}

variable "certificate_id" {
  description = "Identifier of your own certificate in a vault, with or without its version."
  type        = string
  default     = ""
}

variable "redirect_to_https" {
  description = "Answer plain HTTP with a redirect to HTTPS."
  type        = bool
  default     = true
}

variable "hsts" {
  description = "Tell browsers to come by HTTPS only, for a year."
  type        = bool
  default     = true
}

variable "cdn_enabled" {
  description = "Serve the built front end from a storage account through Front Door."
  type        = bool
  default     = false
}

variable "cdn_sku" {
  description = "Standard_AzureFrontDoor, or Premium_AzureFrontDoor with the managed rules of its firewall (about ten times the price)."
  type        = string
  default     = "Standard_AzureFrontDoor"
}

variable "cdn_assets_s" {
  description = "Seconds that files below /assets are kept at the edge."
  type        = number
  default     = 31536000
}

variable "cdn_pages_s" {
  description = "Seconds that pages are kept at the edge; 0: always asked for again."
  type        = number
  default     = 0
}

variable "cdn_compress" {
  description = "Send texts compressed."
  type        = bool
  default     = true
}

variable "visitors" {
  description = "Networks that may reach the product by HTTP and HTTPS."
  type        = list(string)
  default     = ["0.0.0.0/0", "::/0"]
}

variable "firewall_rules" {
  description = "More openings: the port, the networks and the reason of each."
  type = list(object({
    port    = number
    sources = list(string)
    why     = string
  }))
  default = []
}

# Watching

variable "metrics_enabled" {
  description = "Collect metrics in the workspace."
  type        = bool
  default     = true
}

variable "traces_enabled" {
  description = "Provide Application Insights for the traces of requests."
  type        = bool
  default     = false
}

variable "log_level" {
  description = "Lighter lines are not written by the back end."
  type        = string
  default     = "info"
}

variable "log_days" {
  description = "Days that logs are kept, 30 to 730."
  type        = number
  default     = 30
}

variable "access_log" {
  description = "Write a line for each request."
  type        = bool
  default     = true
}

variable "alarms" {
  description = "What somebody has to be told: the measure, the threshold in its unit, and the minutes it is looked at, one of the windows of Azure Monitor."
  type = list(object({
    measure = string
    above   = number
    window  = string
  }))
  default = []
}

variable "mails" {
  description = "Addresses that alarms are sent to."
  type        = list(string)
  default     = []
}

variable "webhook" {
  description = "Place of the address of a webhook in a vault; null: none. Azure keeps that address readable in the action group."
  type = object({
    vault   = string
    name    = string
    version = string
  })
  default = null
}

# Recovery

variable "backups_enabled" {
  description = "Keep weekly backups in a vault besides those of the database server."
  type        = bool
  default     = true
}

variable "backup_days" {
  description = "Days that the server keeps its own backups, 7 to 35."
  type        = number
  default     = 7
}

variable "backup_hour" {
  description = "Hour of the day in UTC of the backups in the vault."
  type        = number
  default     = 3
}

variable "point_in_time" {
  description = "Keep every version of the files of the front end, too. The database always can be restored to any moment."
  type        = bool
  default     = true
}

variable "geo_backups" {
  description = "Copy backups to the paired region. It cannot be changed later without making the database anew."
  type        = bool
  default     = false
}
