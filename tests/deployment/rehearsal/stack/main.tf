# A small stack that uses every kind of thing a schema can hold; `python -m tests.deployment.rehearsal.schemas` remakes ../schemas.
terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = "~> 2.0"
    }
  }
}

variable "name" {
  description = "Begins the names of all resources."
  type        = string
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
}

provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { project = var.name }
  }
}

data "aws_availability_zones" "here" {}

data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.files.arn}/*"]
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = var.tags
}

resource "aws_subnet" "main" {
  count             = 3
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = data.aws_availability_zones.here.names[count.index]
  tags              = var.tags
}

resource "aws_security_group" "web" {
  name   = var.name
  vpc_id = aws_vpc.main.id
  tags   = var.tags
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_s3_bucket" "files" {
  bucket = "${var.name}-files"
  tags   = var.tags
}

resource "aws_acm_certificate" "main" {
  domain_name       = "shop.example.com"
  validation_method = "DNS"
  tags              = var.tags
}

resource "aws_route53_record" "check" {
  for_each = { for one in aws_acm_certificate.main.domain_validation_options : one.domain_name => one }
  zone_id  = "Z1"
  name     = each.value.resource_record_name
  type     = each.value.resource_record_type
  records  = [each.value.resource_record_value]
  ttl      = 60
}

resource "aws_secretsmanager_secret" "key" {
  name = var.name
  tags = var.tags
}

resource "aws_secretsmanager_secret_version" "key" {
  secret_id                = aws_secretsmanager_secret.key.id
  secret_string_wo         = "never in a state"
  secret_string_wo_version = 1
}

resource "digitalocean_database_cluster" "main" {
  name       = var.name
  engine     = "pg"
  version    = "18"
  size       = "db-s-1vcpu-1gb"
  region     = "fra1"
  node_count = 1
  maintenance_window {
    day  = "sunday"
    hour = "02:00:00"
  }
}

output "network" {
  description = "The network's identifier."
  value       = aws_vpc.main.id
}

output "policy" {
  description = "Who may read files."
  value       = data.aws_iam_policy_document.read.json
}

output "password" {
  description = "Of the database."
  value       = digitalocean_database_cluster.main.password
  sensitive   = true
}
