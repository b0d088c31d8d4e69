"""The names under which a run leaves its messages and its answer on the server."""

PROGRESS_EVENT = "stackwright.generation.progress"
REPORT = "generation-result"  # an artifact for programs: a GenerationReport
QUALITY = "generation-verified"  # an artifact for programs: a QualityReport
ERROR = "generation-error"  # an artifact for programs: a Refusal
DEPLOYMENT_EVENT = "stackwright.deployment"  # what follows is its type: started, done, failed, …
PLAN = "deployment-plan"  # an artifact for programs: a Plan
EVENTS = "deployment-events"  # an artifact for programs: a list of events
OUTCOME = "deployment-outcome"  # an artifact for programs: an Outcome of a deployment
HEALTH = "deployment-health"  # an artifact for programs: how each site is
DRIFT = "deployment-drift"  # an artifact for programs: what differs at each site
REHEARSAL = "deployment-rehearsal"  # an artifact for programs: the report of a rehearsal
