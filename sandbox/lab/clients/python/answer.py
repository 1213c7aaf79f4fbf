"""What all Python clients have alike: the clock, and the one line that they print."""

import json
import sys
import time


class Clock:
    def __init__(self):
        self.start = time.monotonic()

    def millis(self):
        return round((time.monotonic() - self.start) * 1000, 1)


def run(client, version, ask):
    """ask(endpoint, region) answers the ARN and the milliseconds to credentials."""
    answer = {
        "client": client,
        "version": version,
        "arn": None,
        "millisToCredentials": None,
        "error": None,
    }
    try:
        answer["arn"], answer["millisToCredentials"] = ask(sys.argv[1], sys.argv[2])
    except Exception as e:
        answer["error"] = "%s: %s" % (type(e).__name__, e)
    print(json.dumps(answer))
    sys.exit(0 if answer["arn"] else 1)
