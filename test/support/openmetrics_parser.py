"""Parses OpenMetrics pages, one a line as JSON, with the parser of Prometheus' client for Python."""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families


def exemplar(given):
    if given is None:
        return None
    return {
        "labels": given.labels,
        "value": repr(float(given.value)),
        "timestamp": repr(float(given.timestamp)),
    }


def sample(given):
    return {
        "name": given.name,
        "labels": given.labels,
        "value": repr(float(given.value)),
        "exemplar": exemplar(given.exemplar),
    }


def family(given):
    return {
        "name": given.name,
        "type": given.type,
        "unit": given.unit,
        "help": given.documentation,
        "samples": [sample(one) for one in given.samples],
    }


def parse(page):
    try:
        return [family(one) for one in text_string_to_metric_families(page)]
    except Exception as error:
        return repr(error)


for line in sys.stdin:
    print(json.dumps(parse(json.loads(line))), flush=True)
