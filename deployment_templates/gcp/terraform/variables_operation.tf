# How much there is, what is watched, what is kept.

variable "instance_cpu" {
  description = "Processors of each instance of the back end."
  type        = string
  default     = "1"
}

variable "instance_memory" {
  description = "Memory of each instance of the back end, such as 512Mi."
  type        = string
  default     = "512Mi"
}

variable "instances_minimum" {
  description = "Instances that always run."
  type        = number
  default     = 1
}

variable "instances_maximum" {
  description = "Instances under load."
  type        = number
  default     = 3
}

variable "cpu_percent" {
  description = "Instances are added above this load."
  type        = number
  default     = 60
}

variable "requests_per_instance" {
  description = "Requests that an instance works on at once; 0: 80, the usual of Cloud Run."
  type        = number
  default     = 0
}

variable "zones" {
  description = "2 or more: the cache has a copy in another zone. Cloud Run spreads over the zones of its region by itself."
  type        = number
  default     = 2
}

variable "health_path" {
  description = "Where a healthy back end answers 200."
  type        = string
  default     = "/health"
}

variable "health_budget_s" {
  description = "Seconds in which an instance must become healthy; Cloud Run waits for 240 at most."
  type        = number
  default     = 120
}

variable "health_every_s" {
  description = "Seconds between two health checks of an instance. From outside the nearest of 60, 300, 600 and 900 is taken."
  type        = number
  default     = 30
}

variable "request_timeout_s" {
  description = "Seconds for one request."
  type        = number
  default     = 30
}

variable "metrics" {
  description = "Let the back end write metrics of its own, and make the alarms."
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

variable "log_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}

variable "access_log" {
  description = "Keep a line for each request."
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
  description = "Who is told by mail."
  type        = list(string)
  default     = []
}

variable "webhook_channel" {
  description = "An existing notification channel that holds the webhook's address: projects/…/notificationChannels/…; empty: none."
  type        = string
  default     = ""
}

variable "backups" {
  description = "Back the database up daily."
  type        = bool
  default     = true
}

variable "backup_days" {
  description = "Days that a backup is kept."
  type        = number
  default     = 7
}

variable "backup_hour" {
  description = "Hour of the day in UTC."
  type        = number
  default     = 3
}

variable "point_in_time" {
  description = "Keep what is needed to restore any moment between two backups."
  type        = bool
  default     = true
}

variable "second_region" {
  description = "Backups of Cloud SQL lie there instead of in the region; empty: in the region."
  type        = string
  default     = ""
}

variable "releases" {
  description = "Images and builds of pages that are kept besides the ones that serve."
  type        = number
  default     = 5
}
