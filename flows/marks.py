"""The names under which a run leaves its messages and its answer on the server."""

PROGRESS_EVENT = "stackwright.generation.progress"
REPORT = "generation-result"  # an artifact for programs: a GenerationReport
QUALITY = "generation-verified"  # an artifact for programs: a QualityReport
ERROR = "generation-error"  # an artifact for programs: a Refusal
