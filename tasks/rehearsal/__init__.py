"""The rehearsal provider: a plugin of Terraform that stands for a cloud's own (plugin protocol 6)."""
