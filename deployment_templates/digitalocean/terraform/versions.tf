terraform {
  required_version = ">= 1.6"

  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = "~> 2.71"
    }
  }
}

# The token comes from DIGITALOCEAN_TOKEN, the key of Spaces from SPACES_ACCESS_KEY_ID and SPACES_SECRET_ACCESS_KEY,
# never from variables.
provider "digitalocean" {}
