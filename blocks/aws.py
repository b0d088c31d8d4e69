"""An account at AWS, or at something that speaks like it: region, address and credentials."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from pydantic import Field, SecretStr

from stackwright.errors import ProjectError
from stackwright.value import Value

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


class AwsAccount(Value):
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


def client(account: AwsAccount, service: str) -> Any:  # botocore makes its classes at run time
    """A client of one service, such as `cloudformation`; it does not try for more than about a minute."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        region_name=account.region,
        endpoint_url=account.endpoint or None,
        aws_access_key_id=account.key_id or None,
        aws_secret_access_key=account.key.get_secret_value() if account.key else None,
        aws_session_token=account.token.get_secret_value() if account.token else None,
        config=Config(
            connect_timeout=5, read_timeout=30, retries={"mode": "standard", "max_attempts": 4}
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
