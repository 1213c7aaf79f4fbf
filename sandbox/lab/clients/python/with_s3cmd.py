"""s3cmd's way to credentials of the instance profile. It signs for S3 only, so botocore signs for STS."""

import urllib.request

import answer
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from S3.Config import Config
from S3.PkgInfo import version


def ask(endpoint, region):
    config = Config()
    clock = answer.Clock()
    config.role_config()
    millis = clock.millis()
    request = AWSRequest(
        method="POST",
        url=endpoint + "/",
        data=b"Action=GetCallerIdentity&Version=2011-06-15",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    keys = Credentials(config.access_key, config.secret_key, config.access_token)
    SigV4Auth(keys, "sts", region).add_auth(request)
    signed = urllib.request.Request(request.url, request.data, dict(request.headers))
    with urllib.request.urlopen(signed, timeout=10) as response:
        return response.read().decode().split("<Arn>")[1].split("</Arn>")[0], millis


answer.run("s3cmd", version, ask)
