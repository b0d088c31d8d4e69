"""Decisions about what runs on this machine: which program is started, ended or waited for, and what is routed."""
