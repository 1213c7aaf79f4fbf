"""The AWS CLI at the path in AWS_CLI, as a person would call it; its debug log tells the time to credentials."""

import datetime
import json
import os
import subprocess

import answer

CLI = os.environ.pop("AWS_CLI")
ASKING = ("botocore.credentials", "botocore.utils", "botocore.httpsession", "urllib3")


def call(*arguments):
    done = subprocess.run([CLI, *arguments], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["exit " + str(done.returncode)]
        raise RuntimeError(lines[-1])
    return done


def millis_to_credentials(log):
    """From the first provider of the chain to the first line that is about something else."""
    start = end = None
    for line in log.splitlines():
        part = line.split(" - ", 4)
        if len(part) < 5:
            continue
        try:
            at = datetime.datetime.strptime(part[0], "%Y-%m-%d %H:%M:%S,%f")
        except ValueError:
            continue
        if "Looking for credentials via" in part[4]:
            start, end = start or at, None
        elif start and not end and not part[2].startswith(ASKING):
            end = at
    return (end - start).total_seconds() * 1000 if start and end else None


def ask(endpoint, region):
    done = call(
        "sts", "get-caller-identity", "--endpoint-url", endpoint,
        "--region", region, "--output", "json", "--debug",
    )  # fmt: skip
    return json.loads(done.stdout)["Arn"], millis_to_credentials(done.stderr)


version = call("--version").stdout.split()[0].split("/")[1]
answer.run("AWS CLI", version, ask)
