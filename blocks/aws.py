"""An account at AWS, or at something that speaks like it: region, address and credentials."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

from pydantic import Field, SecretStr

from blocks.connection import Connection, Credentials, expired, odd, refused, secrets, unreachable
from stackwright.errors import ProjectError

REFUSED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
RIGHTS = (  # one that creates, of each service that the stack uses, and those that roll out
    "acm:RequestCertificate",
    "backup:CreateBackupPlan",
    "cloudfront:CreateDistribution",
    "cloudwatch:PutMetricAlarm",
    "ec2:CreateVpc",
    "ecr:CreateRepository",
    "ecs:CreateService",
    "ecs:RegisterTaskDefinition",
    "ecs:RunTask",
    "ecs:UpdateService",
    "elasticache:CreateReplicationGroup",
    "elasticloadbalancing:CreateLoadBalancer",
    "iam:CreateRole",
    "iam:PassRole",
    "kms:CreateKey",
    "logs:CreateLogGroup",
    "rds:CreateDBInstance",
    "route53:ChangeResourceRecordSets",
    "s3:CreateBucket",
    "secretsmanager:CreateSecret",
    "sns:CreateTopic",
    "wafv2:CreateWebACL",
)


class AwsAccount(Credentials):
    """Where, and as whom. Without a key, what the machine has is used: its role, or the `AWS_…` variables."""

    region: Annotated[str, Field(description="The region, such as eu-central-1.", min_length=1)]
    key_id: Annotated[str, Field(description="Identifier of the access key; empty: none.")] = ""
    key: Annotated[SecretStr | None, Field(description="The access key itself.")] = None
    token: Annotated[SecretStr | None, Field(description="Token of a session, if it is one.")] = (
        None
    )
    endpoint: Annotated[
        str, Field(description="Address of what speaks like AWS; empty: AWS itself.")
    ] = ""
    bucket: Annotated[
        str, Field(description="Where templates are put that are too long for a request.")
    ] = ""

    def environment(self) -> Mapping[str, SecretStr]:
        """What the `aws` provider of Terraform and the command line of AWS read."""
        return secrets(
            {
                "AWS_REGION": self.region,
                "AWS_DEFAULT_REGION": self.region,
                "AWS_ACCESS_KEY_ID": self.key_id,
                "AWS_SECRET_ACCESS_KEY": self.key.get_secret_value() if self.key else "",
                "AWS_SESSION_TOKEN": self.token.get_secret_value() if self.token else "",
                "AWS_ENDPOINT_URL": self.endpoint,
            }
        )

    def ask(self) -> Connection:
        """Who STS says we are, and what IAM says we may not do.

        Raises:
            ProjectError: They are wrong or expired (HTTP 401), or nobody answers (HTTP 502).
        """
        sts = client(self, "sts", attempts=2)
        with _asking(self):
            found = sts.get_caller_identity()
        arn, where = str(found["Arn"]), f"account {found['Account']} in {self.region}"
        missing, unknown = _missing(self, arn)
        return Connection(who=arn, where=where, missing=missing, unknown=unknown)


def client(
    account: AwsAccount, service: str, attempts: int = 4
) -> Any:  # its classes are made at run time
    """A client of one service, such as `cloudformation`; it does not try for more than about a minute.

    Raises:
        ProjectError: What speaks to AWS is not installed.
    """
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise ProjectError(
            "What speaks to AWS is not installed.",
            hint="Install it: pip install boto3.",
        ) from error

    return boto3.client(
        service,
        region_name=account.region,
        endpoint_url=account.endpoint or None,
        aws_access_key_id=account.key_id or None,
        aws_secret_access_key=account.key.get_secret_value() if account.key else None,
        aws_session_token=account.token.get_secret_value() if account.token else None,
        config=Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": attempts},
        ),
    )


@contextmanager
def reaching(account: AwsAccount, what: str) -> Iterator[None]:
    """Turn a failure of AWS into a sentence with a way out.

    Raises:
        ProjectError: In place of any failure of AWS inside (HTTP 502).
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        code = str(said.get("Code", ""))
        raise ProjectError(
            f"{what} failed: AWS says “{str(said.get('Message', error)).rstrip('.')}”.",
            hint="Are the credentials right, and may they do that?"
            if code in REFUSED
            else f"Its code is {code}.",
            http_status=502,
        ) from error
    except BotoCoreError as error:
        where = account.endpoint or f"AWS in {account.region}"
        raise ProjectError(
            f"{what} failed: {where} cannot be reached: {str(error).rstrip('.')}.",
            hint="Are region, address and credentials right?",
            http_status=502,
        ) from error


@contextmanager
def _asking(account: AwsAccount) -> Iterator[None]:
    """Tell wrong, expired and unreachable from each other."""
    from botocore.exceptions import ClientError
    from botocore.parsers import ResponseParserError

    try:
        with reaching(account, "The question who we are"):
            yield
    except ResponseParserError:
        raise odd("AWS", 200, "something that is no XML") from None
    except ProjectError as error:
        cause = error.__cause__
        where = account.endpoint or f"the region {account.region}"
        if isinstance(cause, ClientError):
            said = getattr(cause, "response", {}).get("Error", {})
            code, words = str(said.get("Code", "")), _clean(account, str(said.get("Message", "")))
            if code in EXPIRED:
                raise expired("AWS", words) from None
            if code in REFUSED:
                raise refused("AWS", words) from None
            raise ProjectError(
                _clean(account, error.message), hint=error.hint, http_status=502
            ) from None
        if "Credential" in type(cause).__name__:
            raise refused(
                "AWS",
                "there are none",
                "Fill in the access key, or run where the machine has a role.",
            ) from None
        raise unreachable("AWS", where, str(cause)) from None


def _clean(account: AwsAccount, text: str) -> str:
    """The text without the secrets of the account."""
    for one in (account.key, account.token):
        text = text.replace(one.get_secret_value(), "…") if one else text
    return text


def _missing(account: AwsAccount, arn: str) -> tuple[tuple[str, ...], str]:
    """The rights that are missing, or why they are not known."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    head, _, name = arn.partition(":assumed-role/")
    if name:  # a session is asked about by its role
        partition, number = head.split(":")[1], head.split(":")[4]
        arn = f"arn:{partition}:iam::{number}:role/{name.split('/')[0]}"
    if arn.endswith(":root"):
        return (), "It is the root of the account, which may do everything: use a role instead."
    try:
        answer = client(account, "iam", attempts=2).simulate_principal_policy(
            PolicySourceArn=arn, ActionNames=list(RIGHTS)
        )
    except (ClientError, BotoCoreError, ResponseParserError):
        return (
            (),
            "Its rights are not known: it may not simulate them (iam:SimulatePrincipalPolicy).",
        )
    denied = (one for one in answer["EvaluationResults"] if one["EvalDecision"] != "allowed")
    return tuple(str(one["EvalActionName"]) for one in denied), ""
