"""What each role may do, and what a token may do for it. What is not written here is denied."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from stackwright.value import Value


class Role(StrEnum):
    """What an account is trusted with; one a person."""

    USER = "user"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    MODERATOR = "moderator"
    OPERATOR = "operator"
    ADMIN = "admin"


class Scope(StrEnum):
    """What an API token is limited to; it never exceeds the role of its account."""

    ACCOUNT_READ = "account:read"
    PROJECTS_READ = "projects:read"
    PROJECTS_WRITE = "projects:write"
    RUNS_READ = "runs:read"
    RUNS_WRITE = "runs:write"
    DEPLOYMENTS_READ = "deployments:read"
    DEPLOYMENTS_WRITE = "deployments:write"
    ROLLOUTS_WRITE = "rollouts:write"
    STATES_WRITE = "states:write"
    ACCOUNTS_ADMIN = "accounts:admin"


class Action(StrEnum):
    """What a caller asks for; every route that is not public names one."""

    READ_SELF = "read_self"
    CHANGE_SELF = "change_self"
    MANAGE_TOKENS = "manage_tokens"
    READ_PROJECTS = "read_projects"
    WRITE_PROJECTS = "write_projects"
    READ_RUNS = "read_runs"
    WRITE_RUNS = "write_runs"
    READ_DEPLOYMENTS = "read_deployments"
    WRITE_DEPLOYMENTS = "write_deployments"
    ROLL_OUT = "roll_out"
    KEEP_STATE = "keep_state"
    ADMINISTER_ACCOUNTS = "administer_accounts"
    READ_AUDIT = "read_audit"


class Right(Value):
    """Who may carry an action out.

    Attributes:
        roles: The roles that may.
        scope: What a token needs for it; none: no token may, only a person who has logged in.
    """

    roles: frozenset[Role]
    scope: Scope | None


EVERYONE = frozenset(Role)
ADMINS = frozenset({Role.ADMIN})
OPERATORS = frozenset({Role.OPERATOR, Role.ADMIN})

RIGHTS: Mapping[Action, Right] = {
    Action.READ_SELF: Right(roles=EVERYONE, scope=Scope.ACCOUNT_READ),
    # A stolen token must not be able to make itself a longer or wider one.
    Action.CHANGE_SELF: Right(roles=EVERYONE, scope=None),
    Action.MANAGE_TOKENS: Right(roles=EVERYONE, scope=None),
    Action.READ_PROJECTS: Right(roles=EVERYONE, scope=Scope.PROJECTS_READ),
    Action.WRITE_PROJECTS: Right(roles=EVERYONE, scope=Scope.PROJECTS_WRITE),
    Action.READ_RUNS: Right(roles=EVERYONE, scope=Scope.RUNS_READ),
    Action.WRITE_RUNS: Right(roles=EVERYONE, scope=Scope.RUNS_WRITE),
    Action.READ_DEPLOYMENTS: Right(roles=EVERYONE, scope=Scope.DEPLOYMENTS_READ),
    Action.WRITE_DEPLOYMENTS: Right(roles=EVERYONE, scope=Scope.DEPLOYMENTS_WRITE),
    # What is rolled out runs as a program of its own: on our machine, or on somebody's bill.
    Action.ROLL_OUT: Right(roles=OPERATORS, scope=Scope.ROLLOUTS_WRITE),
    # A state holds what the cloud was told, secrets among it: reading it is as grave as writing.
    Action.KEEP_STATE: Right(roles=OPERATORS, scope=Scope.STATES_WRITE),
    Action.ADMINISTER_ACCOUNTS: Right(roles=ADMINS, scope=Scope.ACCOUNTS_ADMIN),
    Action.READ_AUDIT: Right(roles=ADMINS, scope=Scope.ACCOUNTS_ADMIN),
}


def may(role: Role, scopes: frozenset[Scope] | None, action: Action) -> bool:
    """Whether this caller may do this.

    Args:
        role: Of the account.
        scopes: Of the token; None: a person who has logged in.
        action: What is asked for.
    """
    right = RIGHTS.get(action)
    if right is None or role not in right.roles:
        return False
    return scopes is None or right.scope in scopes


def grantable(role: Role) -> frozenset[Scope]:
    """The scopes that a token of this role can use; others would wait for a promotion unseen."""
    return frozenset(
        right.scope for right in RIGHTS.values() if right.scope and role in right.roles
    )


def leaves_an_admin(admins: frozenset[UUID], changed: UUID, role: Role, *, disabled: bool) -> bool:
    """Whether somebody can still administer after this account gets this role and state.

    Args:
        admins: The enabled accounts that are admins now.
        changed: The account that changes.
        role: What it becomes.
        disabled: Whether it can no longer log in.
    """
    return (
        bool(admins - {changed}) or changed not in admins or (role is Role.ADMIN and not disabled)
    )
