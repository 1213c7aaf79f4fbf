"""boto 2: its credentials of the instance profile, its signature. It does not know GetCallerIdentity by name."""

from urllib.parse import urlsplit

import answer
import boto
from boto.regioninfo import RegionInfo
from boto.sts import STSConnection


def ask(endpoint, region):
    at = urlsplit(endpoint)
    clock = answer.Clock()
    provider = boto.provider.Provider("aws")
    if not provider.access_key:
        raise RuntimeError("no credentials")
    millis = clock.millis()
    sts = STSConnection(
        aws_access_key_id=provider.access_key,
        aws_secret_access_key=provider.secret_key,
        security_token=provider.security_token,
        is_secure=False,
        port=at.port,
        region=RegionInfo(name=region, endpoint=at.hostname),
    )
    # boto reads both off the host's name, which is an address here.
    sts.auth_region_name = region
    sts.auth_service_name = "sts"
    response = sts.make_request("GetCallerIdentity", {}, "/", "POST")
    body = response.read().decode()
    if response.status != 200:
        raise RuntimeError(body)
    return body.split("<Arn>")[1].split("</Arn>")[0], millis


answer.run("boto", boto.Version, ask)
