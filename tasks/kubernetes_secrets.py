"""The effect on Secrets that nobody has to know: made once, by chance, and never read by us."""

import secrets as chance
from collections.abc import Sequence

from stackwright.deployment.targets.kubernetes import GENERATED, Object, missing_secrets
from tasks.effect import effect
from tasks.kubernetes import Access, Tell, put
from tasks.kubernetes_observing import secret_keys

BYTES = 32


@effect(retries=1, timeout_s=120)
def make_secrets(access: Access, wanted: Sequence[Object], tell: Tell, *, seq: int = 1) -> int:
    """Make the deployment's own Secrets that its pods need and that are not there; what is there stays as it is.

    The values go to `kubectl` through a pipe, and nowhere else: neither into arguments nor into files or logs.

    Returns:
        The number of the next event.
    """
    (space,) = (one for one in wanted if one["kind"] == "Namespace")
    name = str(space["metadata"]["name"])
    missing = missing_secrets(wanted, secret_keys(access, name))
    made = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": secret, "namespace": name},
            "stringData": {key: chance.token_hex(BYTES)},  # needs no escaping in a URL
        }
        for secret, key in GENERATED
        if (secret, key) in missing
    ]
    return put(access, [space, *made], tell, seq=seq) if made else seq
