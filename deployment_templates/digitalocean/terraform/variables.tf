# The content of terraform.tfvars.json is made from the choices of the wizard.

variable "name" {
  description = "Begins the names of all resources."
  type        = string

  validation {
    condition     = can(regex("^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$", var.name))
    error_message = "1 to 40 characters of a-z, 0-9 and -, beginning with a letter."
  }
}

variable "environment" {
  description = "staging or production."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "staging or production."
  }
}

variable "region" {
  description = "The data centre, such as fra1."
  type        = string
}

variable "suffix" {
  description = "Ends the names that must be unique among all customers (registry, buckets); empty: nothing."
  type        = string
  default     = ""
}

variable "tags" {
  description = "Tags of every resource that has tags, besides project, environment and managed-by."
  type        = map(string)
  default     = {}
}

variable "image" {
  description = "The image of the back end for the first creation. Later ones are rolled out beside Terraform."
  type        = string
}

variable "pages_image" {
  description = "The image that serves the built front end on port 8080, for the first creation; empty: the back end gets every address."
  type        = string
  default     = ""
}

variable "registry" {
  description = "Name of a registry of the account to use. null: one is made."
  type        = string
  default     = null
}

variable "registry_tier" {
  description = "starter, basic or professional; for a registry that is made."
  type        = string
  default     = "basic"
}

variable "port" {
  description = "Where the back end listens."
  type        = number
  default     = 8000
}

variable "migrate_command" {
  description = "Brings the tables up to date; run with the image of the back end before each release."
  type        = string
  default     = "alembic upgrade head"
}

variable "variables" {
  description = "Environment variables. Everybody who sees the plan sees them."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "Environment variable → where its value lies. roll_out sets the values, encrypted, in App Platform; they never pass through Terraform."
  type = map(object({
    store   = string
    key     = optional(string, "")
    version = optional(string, "latest")
  }))
  default = {}
}

variable "network_cidr" {
  description = "Addresses of the private network. null: chosen by DigitalOcean."
  type        = string
  default     = null
}

# Database

variable "database_engine" {
  description = "postgresql, mysql or mongodb."
  type        = string
  default     = "postgresql"

  validation {
    condition     = contains(["postgresql", "mysql", "mongodb"], var.database_engine)
    error_message = "postgresql, mysql or mongodb."
  }
}

variable "database_version" {
  description = "Its major version; empty: PostgreSQL 17, MySQL 8, MongoDB 8."
  type        = string
  default     = ""
}

variable "database_size" {
  description = "Machine of the database, such as db-s-2vcpu-4gb."
  type        = string
  default     = "db-s-1vcpu-1gb"
}

variable "database_storage_gb" {
  description = "Disk of the database; between what the size has and what it can have."
  type        = number
  default     = 10
}

variable "database_max_connections" {
  description = "Connections that the database leaves to us: 25 for each GB of memory, without the 3 of DigitalOcean."
  type        = number
  default     = 22
}

variable "database_connections" {
  description = "Connections that each instance of the back end may hold."
  type        = number
  default     = 10
}

variable "database_high_availability" {
  description = "Keep a standby (MongoDB: three nodes)."
  type        = bool
  default     = false
}

variable "database_replicas" {
  description = "Copies of the database that answer reads; not of MongoDB."
  type        = number
  default     = 0
}

variable "database_user" {
  description = "PostgreSQL: a user that may make tables in the database app; empty: the administrator of the cluster."
  type        = string
  default     = ""
}

variable "database_public" {
  description = "Let the networks of firewall_rules for its port reach the database."
  type        = bool
  default     = false
}

variable "backups" {
  description = "Keep a bucket for backups of our own, beside those that DigitalOcean makes daily."
  type        = bool
  default     = true
}

variable "backup_days" {
  description = "Days that backups of our own are kept. DigitalOcean keeps its own for 7."
  type        = number
  default     = 7
}

variable "backup_hour" {
  description = "Hour of the day in UTC of the daily backup (PostgreSQL, MySQL)."
  type        = number
  default     = 3
}

variable "second_region" {
  description = "A read replica of the database there, which can be promoted; empty: none."
  type        = string
  default     = ""
}

# Cache

variable "cache_enabled" {
  description = "Provide a Redis-compatible cache (Valkey)."
  type        = bool
  default     = false
}

variable "cache_size" {
  description = "Machine of the cache."
  type        = string
  default     = "db-s-1vcpu-1gb"
}
