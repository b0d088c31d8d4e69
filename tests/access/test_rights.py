"""Who may do what; the table is written out here, so that a change of it is seen."""

from itertools import product
from uuid import UUID

import pytest

from stackwright.access.rights import RIGHTS, Action, Role, Scope, grantable, leaves_an_admin, may

ANYONE = set(Role)
EXPECTED = {
    Action.READ_SELF: (ANYONE, Scope.ACCOUNT_READ),
    Action.CHANGE_SELF: (ANYONE, None),
    Action.MANAGE_TOKENS: (ANYONE, None),
    Action.READ_PROJECTS: (ANYONE, Scope.PROJECTS_READ),
    Action.WRITE_PROJECTS: (ANYONE, Scope.PROJECTS_WRITE),
    Action.READ_RUNS: (ANYONE, Scope.RUNS_READ),
    Action.WRITE_RUNS: (ANYONE, Scope.RUNS_WRITE),
    Action.READ_DEPLOYMENTS: (ANYONE, Scope.DEPLOYMENTS_READ),
    Action.WRITE_DEPLOYMENTS: (ANYONE, Scope.DEPLOYMENTS_WRITE),
    Action.ROLL_OUT: ({Role.OPERATOR, Role.ADMIN}, Scope.ROLLOUTS_WRITE),
    Action.KEEP_STATE: ({Role.OPERATOR, Role.ADMIN}, Scope.STATES_WRITE),
    Action.ADMINISTER_ACCOUNTS: ({Role.ADMIN}, Scope.ACCOUNTS_ADMIN),
    Action.READ_AUDIT: ({Role.ADMIN}, Scope.ACCOUNTS_ADMIN),
}
A, B = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize("action", Action)
def test_each_role_and_token_may_what_the_table_says_and_no_more(action: Action) -> None:
    roles, scope = EXPECTED[action]
    for role, shown in product(Role, [None, *Scope]):
        scopes = None if shown is None else frozenset({shown})
        allowed = role in roles and (shown is None or shown is scope)
        assert may(role, scopes, action) is allowed, (role, shown)
    assert not may(Role.ADMIN, frozenset(), action)


def test_what_is_not_in_the_table_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(RIGHTS) == set(Action)
    monkeypatch.setattr("stackwright.access.rights.RIGHTS", {})
    assert not any(may(Role.ADMIN, None, action) for action in Action)


def test_a_token_gets_no_scope_that_its_role_cannot_use() -> None:
    assert grantable(Role.ADMIN) == frozenset(Scope)
    assert grantable(Role.MODERATOR) == frozenset(Scope) - {
        Scope.ACCOUNTS_ADMIN,
        Scope.ROLLOUTS_WRITE,
        Scope.STATES_WRITE,
    }
    assert grantable(Role.OPERATOR) == frozenset(Scope) - {Scope.ACCOUNTS_ADMIN}


@pytest.mark.parametrize(
    ("admins", "role", "disabled", "leaves"),
    [
        ({A}, Role.USER, False, False),
        ({A}, Role.ADMIN, True, False),
        ({A}, Role.ADMIN, False, True),
        ({A, B}, Role.USER, False, True),
        ({B}, Role.USER, True, True),
        (set(), Role.USER, False, True),  # nothing gets worse
    ],
)
def test_somebody_stays_an_admin(
    admins: set[UUID], role: Role, disabled: bool, leaves: bool
) -> None:
    assert leaves_an_admin(frozenset(admins), A, role, disabled=disabled) is leaves
