# Every choice of the deployment. `terraform.tfvars.json` is written from the choices; a platform engineer may write it by hand.
# No variable holds a secret: secrets are named, and read by the tasks when they start.

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
  description = "What it is for: staging or production. Production keeps a NAT gateway in every zone, private endpoints, and cannot be deleted in one step."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "Use staging or production."
  }
}

variable "region" {
  description = "Region of everything that is not global."
  type        = string
}

variable "availability_zones" {
  description = "Names of the zones that the network spans. At least two: load balancers and databases demand them."
  type        = list(string)

  validation {
    condition     = length(var.availability_zones) >= 2
    error_message = "Name two zones or more."
  }
}

variable "zones" {
  description = "Over how many of these zones instances of the back end are spread."
  type        = number
  default     = 2
}

variable "network_cidr" {
  description = "Addresses of the private network; four bits are used for its subnets."
  type        = string
  default     = "10.20.0.0/16"
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

variable "pages_image" {
  description = "Image that serves the built pages on port 8080 when there is no CDN; empty: the back end answers every path."
  type        = string
  default     = ""
}

variable "variables" {
  description = "Environment variables of the back end by name. Everybody who reads the task definition sees them."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "Environment variable to the place of its value in Secrets Manager: name or ARN, key within it (empty: all of it), version (latest or an identifier)."
  type = map(object({
    store   = string
    key     = optional(string, "")
    version = optional(string, "latest")
  }))
  default = {}
}

variable "secret_key_arns" {
  description = "Keys of yours that these secrets are encrypted with, if any; tasks may decrypt with them by way of Secrets Manager."
  type        = list(string)
  default     = []
}

variable "log_level" {
  description = "Lighter lines are not written: debug, info, warning or error."
  type        = string
  default     = "info"
}

# How much, and how it grows

variable "cpu" {
  description = "Processor units of an instance; 1024 are one processor."
  type        = number
  default     = 512
}

variable "memory" {
  description = "Memory of an instance in MiB."
  type        = number
  default     = 1024
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
  description = "Average load in percent above which instances are added."
  type        = number
  default     = 60
}

variable "requests_per_instance" {
  description = "Requests a second for each instance above which instances are added; 0: by load alone."
  type        = number
  default     = 0
}

variable "cooldown_s" {
  description = "Seconds of low load before an instance is taken away."
  type        = number
  default     = 300
}

variable "rollout" {
  description = "How a release takes over: blue_green (new beside old, then all traffic), rolling (one by one) or recreate (old stops first)."
  type        = string
  default     = "blue_green"

  validation {
    condition     = contains(["blue_green", "rolling", "recreate"], var.rollout)
    error_message = "Use blue_green, rolling or recreate."
  }
}

variable "automatic_rollback" {
  description = "Whether ECS takes a release back by itself that does not become healthy."
  type        = bool
  default     = true
}

variable "health_path" {
  description = "Where a healthy back end answers 200."
  type        = string
  default     = "/health"
}

variable "health_budget_s" {
  description = "Seconds in which a new instance must become healthy."
  type        = number
  default     = 120
}

variable "health_every_s" {
  description = "Seconds between two health checks, 5 to 300."
  type        = number
  default     = 30
}

variable "drain_s" {
  description = "Seconds that an instance may take to finish its requests before it is stopped."
  type        = number
  default     = 30
}

variable "request_timeout_s" {
  description = "Seconds for one request."
  type        = number
  default     = 30
}

variable "releases" {
  description = "Images that are kept to go back to, besides the one that serves."
  type        = number
  default     = 5
}

# Database and cache

variable "database_engine" {
  description = "postgresql and mysql run on RDS, mongodb on DocumentDB, which speaks its protocol."
  type        = string
  default     = "postgresql"

  validation {
    condition     = contains(["postgresql", "mysql", "mongodb"], var.database_engine)
    error_message = "Use postgresql, mysql or mongodb."
  }
}

variable "database_version" {
  description = "Version of the database; empty: the one that this stack was written for."
  type        = string
  default     = ""
}

variable "database_class" {
  description = "Class of the database server."
  type        = string
  default     = "db.t4g.micro"
}

variable "database_storage_gb" {
  description = "Gigabytes to begin with, 20 or more. DocumentDB takes what it needs."
  type        = number
  default     = 20
}

variable "database_storage_limit_gb" {
  description = "Gigabytes up to which it grows by itself."
  type        = number
  default     = 100
}

variable "database_high_availability" {
  description = "Whether a standby in another zone takes over by itself."
  type        = bool
  default     = false
}

variable "database_replicas" {
  description = "Copies that answer reads."
  type        = number
  default     = 0
}

variable "database_connections" {
  description = "Connections that each instance of the back end may hold."
  type        = number
  default     = 10
}

variable "database_connections_limit" {
  description = "Connections that a server of this class gives, for the alarm."
  type        = number
  default     = 100
}

variable "database_public" {
  description = "Whether the database has an address in the internet. Even then only networks of a firewall rule for its port reach it. Not with DocumentDB."
  type        = bool
  default     = false
}

variable "database_encrypted" {
  description = "Whether disks and backups are encrypted."
  type        = bool
  default     = true
}

variable "database_deletion_protection" {
  description = "Whether AWS refuses to delete the database until this is taken off."
  type        = bool
  default     = true
}

variable "database_password_days" {
  description = "Days after which Secrets Manager changes the password. Instances read it when they start: roll out again after a change."
  type        = number
  default     = 365
}

variable "cache_enabled" {
  description = "Whether there is a Valkey cache, which speaks the protocol of Redis."
  type        = bool
  default     = false
}

variable "cache_type" {
  description = "Type of its nodes."
  type        = string
  default     = "cache.t4g.micro"
}

# Name, certificate, CDN, firewall

variable "domain" {
  description = "Name under which it is reached; empty: the address that AWS gives."
  type        = string
  default     = ""
}

variable "aliases" {
  description = "Other names; they redirect to the domain."
  type        = list(string)
  default     = []
}

variable "manage_dns" {
  description = "Whether records are made in the zone at Route 53; otherwise the outputs say which to make."
  type        = bool
  default     = false
}

variable "dns_zone" {
  description = "Name of the zone at Route 53 that the domain and the other names lie in."
  type        = string
  default     = ""
}

variable "certificate" {
  description = "automatic: made and renewed by ACM; own: yours; none: connections are open."
  type        = string
  default     = "automatic"

  validation {
    condition     = contains(["automatic", "own", "none"], var.certificate)
    error_message = "Use automatic, own or none."
  }
}

variable "certificate_arn" {
  description = "ARN of your own certificate in ACM in this region."
  type        = string
  default     = ""
}

variable "cdn_certificate_arn" {
  description = "ARN of your own certificate in ACM in us-east-1, which the CDN demands; empty: the one above, which then must lie there."
  type        = string
  default     = ""
}

variable "tls_minimum" {
  description = "Oldest TLS that is accepted: 1.2 or 1.3."
  type        = string
  default     = "1.2"
}

variable "redirect" {
  description = "Whether plain HTTP is answered with a redirect to HTTPS."
  type        = bool
  default     = true
}

variable "hsts" {
  description = "Whether browsers are told to come by HTTPS only, for a year."
  type        = bool
  default     = true
}

variable "cdn_enabled" {
  description = "Whether the built pages lie in a bucket and are served from the edge caches of CloudFront."
  type        = bool
  default     = false
}

variable "cdn_assets_s" {
  description = "Seconds that files with a digest in their name (below /assets/) are kept."
  type        = number
  default     = 31536000
}

variable "cdn_pages_s" {
  description = "Seconds that pages are kept; 0: always asked for again."
  type        = number
  default     = 0
}

variable "cdn_compress" {
  description = "Whether texts are sent compressed."
  type        = bool
  default     = true
}

variable "visitors" {
  description = "Networks that may reach the product by HTTP and HTTPS."
  type        = list(string)
  default     = ["0.0.0.0/0", "::/0"]
}

variable "firewall_rules" {
  description = "More openings. The port of the database opens the database when it is public; any other port opens the load balancer, which answers there as it does for visitors."
  type = list(object({
    port    = number
    sources = list(string)
    why     = string
  }))
  default = []
}

variable "waf_enabled" {
  description = "Whether the web application firewall looks at requests before they come in: rules kept by AWS, and a limit for each address."
  type        = bool
  default     = false
}

variable "waf_requests" {
  description = "Requests from one address within five minutes above which it is refused."
  type        = number
  default     = 3000
}

# What is watched, and told to whom

variable "metrics" {
  description = "Whether detailed metrics of tasks and database are collected."
  type        = bool
  default     = true
}

variable "traces" {
  description = "Whether a collector beside each instance sends traces to X-Ray."
  type        = bool
  default     = false
}

variable "traces_image" {
  description = "Image of that collector."
  type        = string
  default     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
}

variable "log_days" {
  description = "Days that logs are kept; the next number that CloudWatch offers is taken."
  type        = number
  default     = 30
}

variable "access_log" {
  description = "Whether a line is written for each request."
  type        = bool
  default     = true
}

variable "alarms" {
  description = "What somebody has to be told: measure, the value above which it rings, and for how many minutes in a row."
  type = list(object({
    measure = string
    above   = number
    minutes = number
  }))
  default = []
}

variable "mails" {
  description = "Addresses that are told; each has to confirm once."
  type        = list(string)
  default     = []
}

variable "webhook" {
  description = "Place of the webhook's address in Secrets Manager; null: there is none."
  type = object({
    store   = string
    key     = optional(string, "")
    version = optional(string, "latest")
  })
  default = null
}

# What is kept

variable "backups" {
  description = "Whether the database is backed up daily."
  type        = bool
  default     = true
}

variable "backup_days" {
  description = "Days that a backup is kept, 1 to 35."
  type        = number
  default     = 7
}

variable "backup_hour" {
  description = "Hour of the day (UTC) in which backups begin."
  type        = number
  default     = 3
}

variable "point_in_time" {
  description = "Whether any moment of these days can be restored, not only the daily backups."
  type        = bool
  default     = true
}

variable "second_region" {
  description = "Region that backups are copied to; empty: none."
  type        = string
  default     = ""
}
