# What it is, and where. The content of terraform.tfvars.json is made from the choices of the wizard.

variable "project_id" {
  description = "The Google Cloud project. null: the one that GOOGLE_PROJECT names."
  type        = string
  default     = null
}

variable "region" {
  description = "Region of everything that has one, such as europe-west1."
  type        = string
}

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

variable "tags" {
  description = "Labels of every resource, besides project, environment and managed-by."
  type        = map(string)
  default     = {}
}

variable "image" {
  description = "The image of the back end for the first creation. Later ones are rolled out beside Terraform."
  type        = string
}

variable "port" {
  description = "Where the back end listens."
  type        = number
  default     = 8000
}

variable "migrate_command" {
  description = "Brings the tables up to date; run by the migration job, with the image and settings of the back end."
  type        = list(string)
  default     = ["alembic", "upgrade", "head"]
}

variable "variables" {
  description = "Environment variables of the back end. Everybody who sees the plan sees them."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "Environment variable → a secret of Secret Manager (store) and its version. Values never pass through Terraform."
  type = map(object({
    store   = string
    key     = optional(string, "")
    version = optional(string, "latest")
  }))
  default = {}
}

variable "deployers" {
  description = "Who may roll releases out besides the owners, such as principalSet://… of a workload identity pool."
  type        = list(string)
  default     = []
}

variable "network_cidr" {
  description = "Addresses of the subnet in which the back end has its private side."
  type        = string
  default     = "10.20.0.0/22"
}

# Database

variable "database_engine" {
  description = "postgresql and mysql are Cloud SQL; mongodb is Firestore with MongoDB compatibility."
  type        = string
  default     = "postgresql"

  validation {
    condition     = contains(["postgresql", "mysql", "mongodb"], var.database_engine)
    error_message = "postgresql, mysql or mongodb."
  }
}

variable "database_version" {
  description = "Version of PostgreSQL (16) or MySQL (8.4); empty: 17 and 8.4."
  type        = string
  default     = ""
}

variable "database_tier" {
  description = "Machine of Cloud SQL, such as db-custom-2-7680."
  type        = string
  default     = "db-custom-1-3840"
}

variable "database_max_connections" {
  description = "Connections that the database accepts in all."
  type        = number
  default     = 100
}

variable "database_connections" {
  description = "Connections that each instance of the back end may hold."
  type        = number
  default     = 10
}

variable "database_storage_gb" {
  description = "Disk of the database in the beginning."
  type        = number
  default     = 20
}

variable "database_storage_limit_gb" {
  description = "The disk grows by itself up to that."
  type        = number
  default     = 100
}

variable "database_high_availability" {
  description = "Keep a standby in another zone."
  type        = bool
  default     = false
}

variable "database_replicas" {
  description = "Copies of the database that answer reads."
  type        = number
  default     = 0
}

variable "database_public" {
  description = "Give the database a public address; only the networks of firewall_rules for its port reach it."
  type        = bool
  default     = false
}

variable "customer_managed_keys" {
  description = "Encrypt database, cache, images and pages with keys of this stack. false: with keys of Google."
  type        = bool
  default     = false
}

variable "database_deletion_protection" {
  description = "Google and Terraform refuse to delete the database."
  type        = bool
  default     = true
}

# Cache

variable "cache_enabled" {
  description = "Provide a Redis-compatible cache (Memorystore)."
  type        = bool
  default     = false
}

variable "cache_memory_gb" {
  description = "Memory of the cache."
  type        = number
  default     = 1
}
