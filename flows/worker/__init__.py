"""The warm worker: flow runs start as forks of a process that has everything imported."""
