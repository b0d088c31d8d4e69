"""Azure Resource Manager, as far as our templates and our driver use it: a stand-in on this machine."""
