# Under which name it is reached, by whom, and through what.

variable "domain" {
  description = "Its name, such as shop.example.com. null: visitors come to the address of the load balancer, without TLS."
  type        = string
  default     = null
}

variable "aliases" {
  description = "Other names; they redirect to the domain."
  type        = list(string)
  default     = []
}

variable "manage_dns" {
  description = "Make the records, and prove the domain to the authority by DNS before it points here."
  type        = bool
  default     = false
}

variable "dns_zone" {
  description = "An existing zone of Cloud DNS for the records. null: a zone of its own for the domain, to be delegated to."
  type        = string
  default     = null
}

variable "certificate" {
  description = "automatic: issued and renewed by Google; own: certificate_reference; none: no TLS."
  type        = string
  default     = "automatic"

  validation {
    condition     = contains(["automatic", "own", "none"], var.certificate)
    error_message = "automatic, own or none."
  }
}

variable "certificate_reference" {
  description = "Your certificate in Certificate Manager: projects/…/locations/global/certificates/…"
  type        = string
  default     = ""
}

variable "tls_minimum_version" {
  description = "Oldest TLS that is taken: 1.2 or 1.3."
  type        = string
  default     = "1.2"
}

variable "tls_redirect" {
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
  description = "Serve the pages from Google's edge caches."
  type        = bool
  default     = false
}

variable "cdn_assets_s" {
  description = "Seconds that files with a digest in their name are kept."
  type        = number
  default     = 31536000
}

variable "cdn_pages_s" {
  description = "Seconds that pages are kept; 0: always asked for again."
  type        = number
  default     = 0
}

variable "cdn_compress" {
  description = "Send texts compressed."
  type        = bool
  default     = true
}

variable "visitors" {
  description = "Networks that may reach the product."
  type        = list(string)
  default     = ["0.0.0.0/0", "::/0"]
}

variable "visitor_requests_per_minute" {
  description = "An address that asks more often is answered 429 for the rest of the minute."
  type        = number
  default     = 3000
}

variable "firewall_rules" {
  description = "More openings. The database's port: of the database, when it is public. Others: of machines in the network that have the tag of this stack."
  type = list(object({
    port    = number
    sources = list(string)
    why     = string
  }))
  default = []
}
