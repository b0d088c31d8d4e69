"""What a host says of itself."""

from stackwright.value import Value


class HostRecord(Value):
    """The host of a folder: who it is, and that it was awake."""

    pid: int
    identity: str  # of its process
    began_at: float  # seconds since 1970
    awake_at: float  # about once a second
    keeper: int = 0  # the process that starts it again when it is killed; 0: none
