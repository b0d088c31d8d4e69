"""Which failures time can heal: only those are worth another attempt."""

import errno

_LASTING = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.ENAMETOOLONG,
    errno.ELOOP,
}


def can_heal(error: BaseException | None) -> bool:
    """Whether trying again may help: the machine or the network failed, not the input or the code.

    A `ProjectError` is judged by what caused it.
    """
    while error is not None:
        if isinstance(error, OSError):  # also TimeoutError and ConnectionError
            return error.errno not in _LASTING
        error = error.__cause__
    return False
