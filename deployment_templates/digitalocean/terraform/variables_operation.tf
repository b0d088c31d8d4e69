# Its address, how much there is, what is watched.

variable "domain" {
  description = "Its name, such as shop.example.com. null: the address that App Platform gives."
  type        = string
  default     = null
}

variable "aliases" {
  description = "Other names; they redirect to the domain."
  type        = list(string)
  default     = []
}

variable "manage_dns" {
  description = "Make the zone and let App Platform make its records there."
  type        = bool
  default     = false
}

variable "dns_zone" {
  description = "An existing domain of the account in which the records are made. null: one of its own for the domain."
  type        = string
  default     = null
}

variable "cdn_enabled" {
  description = "Serve from App Platform's edge caches, and make a bucket with a CDN for files that everybody may read."
  type        = bool
  default     = false
}

variable "cdn_assets_s" {
  description = "Seconds that the CDN keeps files; the nearest below of 60, 600, 3600, 86400 and 604800 is taken."
  type        = number
  default     = 31536000
}

variable "firewall_rules" {
  description = "More openings; only those of the database's port mean something here."
  type = list(object({
    port    = number
    sources = list(string)
    why     = string
  }))
  default = []
}

variable "instance_size_shared" {
  description = "Instances that do not scale, such as apps-s-1vcpu-1gb."
  type        = string
  default     = "apps-s-1vcpu-1gb"
}

variable "instance_size_dedicated" {
  description = "Instances that scale, such as apps-d-1vcpu-1gb."
  type        = string
  default     = "apps-d-1vcpu-1gb"
}

variable "instances_minimum" {
  description = "Instances that always run."
  type        = number
  default     = 1
}

variable "instances_maximum" {
  description = "Instances under load; more than the minimum: they have processors of their own."
  type        = number
  default     = 3
}

variable "cpu_percent" {
  description = "Instances are added above this load."
  type        = number
  default     = 60
}

variable "health_path" {
  description = "Where a healthy back end answers 200."
  type        = string
  default     = "/health"
}

variable "health_budget_s" {
  description = "Seconds in which an instance must become healthy."
  type        = number
  default     = 120
}

variable "health_every_s" {
  description = "Seconds between two health checks."
  type        = number
  default     = 30
}

variable "drain_s" {
  description = "Seconds in which an old instance may finish its requests; 110 at most."
  type        = number
  default     = 30
}

variable "metrics" {
  description = "Make the alarms."
  type        = bool
  default     = true
}

variable "traces" {
  description = "Let the back end write traces."
  type        = bool
  default     = false
}

variable "log_level" {
  description = "debug, info, warning or error."
  type        = string
  default     = "info"
}

variable "log_endpoint" {
  description = "Where logs are sent to be kept (syslog over TLS, host:port). App Platform itself keeps only the newest lines."
  type        = string
  default     = ""
}

variable "access_log" {
  description = "Let the back end write a line for each request."
  type        = bool
  default     = true
}

variable "alarms" {
  description = "What is looked at, above which value it rings, after how many minutes in a row."
  type = list(object({
    measure = string
    above   = number
    minutes = number
  }))
  default = []
}

variable "mails" {
  description = "Who is told by mail; members of the team only. Empty: its owner."
  type        = list(string)
  default     = []
}

variable "owner" {
  description = "Who is told when mails is empty, by alarms that must name somebody."
  type        = string
  default     = ""
}
