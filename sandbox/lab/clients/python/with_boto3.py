"""boto3, or botocore alone where boto3 is not installed: the default chain."""

import collections
import collections.abc

# Python 3.10 dropped these names, which botocore's copy of requests looks for until 2020.
for name in ("Callable", "Mapping", "MutableMapping"):
    setattr(collections, name, getattr(collections.abc, name))

import answer
import botocore.session

try:
    import boto3

    client, version, new_session = "boto3", boto3.__version__, boto3.Session
except ImportError:
    client, version = "botocore", botocore.__version__
    new_session = botocore.session.Session


def ask(endpoint, region):
    session = new_session()
    clock = answer.Clock()
    credentials = session.get_credentials()
    if credentials is None:
        raise RuntimeError("no credentials")
    credentials.get_frozen_credentials()
    millis = clock.millis()
    make = session.client if client == "boto3" else session.create_client
    sts = make("sts", region_name=region, endpoint_url=endpoint)
    return sts.get_caller_identity()["Arn"], millis


answer.run(client, version, ask)
