"""CloudWatch: metrics, alarms, dashboards, in every protocol that its clients speak."""

import datetime
import json

import botocore.loaders
from botocore.config import Config

from . import ACCOUNT, refused

METRIC = {"Namespace": "stranger", "MetricName": "latency"}
ALARM = {
    **METRIC,
    "Statistic": "Maximum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 100.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
ARN = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:slow"
TAGS = [{"Key": "owner", "Value": "strangers"}]


def run(aws):
    cloudwatch = aws("cloudwatch")
    metrics(cloudwatch)
    alarms(cloudwatch)
    composite(cloudwatch)
    protocols(cloudwatch)
    cloudwatch.delete_alarms(AlarmNames=["slow"])
    detectors(cloudwatch)
    dashboards(cloudwatch)


def metrics(cloudwatch):
    dimensions = [{"Name": "service", "Value": "api"}]
    data = [
        {"MetricName": "latency", "Values": [20.0, 250.5], "Counts": [9.0, 1.0]},
        {"MetricName": "latency", "Dimensions": dimensions, "Value": 7, "StorageResolution": 1},
    ]
    cloudwatch.put_metric_data(Namespace="stranger", MetricData=data)
    # A body as long as this is sent compressed.
    many = [{"MetricName": f"metric-{number}", "Value": number} for number in range(400)]
    cloudwatch.put_metric_data(Namespace="many", MetricData=many)
    with refused("InvalidParameterValue"):
        cloudwatch.put_metric_data(Namespace="AWS/RDS", MetricData=data)
    with refused("InvalidParameterCombination"):
        both = {"MetricName": "latency", "Value": 1, "Values": [1]}
        cloudwatch.put_metric_data(Namespace="stranger", MetricData=[both])
    listed = cloudwatch.list_metrics(Namespace="stranger", Dimensions=[{"Name": "service"}])
    assert [metric["Dimensions"] for metric in listed["Metrics"]] == [dimensions]
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="many")
    assert len([metric for page in pages for metric in page["Metrics"]]) == 400
    statistics(cloudwatch)


def times():
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "StartTime": now - datetime.timedelta(minutes=5),
        "EndTime": now + datetime.timedelta(minutes=1),
    }


def statistics(cloudwatch):
    got = cloudwatch.get_metric_statistics(
        **METRIC, **times(), Period=300, Statistics=["Sum", "SampleCount", "Maximum"],
        ExtendedStatistics=["p90"],
    )
    [point] = got["Datapoints"]
    assert (point["SampleCount"], point["Sum"], point["Maximum"]) == (10, 430.5, 250.5), point
    assert point["ExtendedStatistics"] == {"p90": 20.0}, point
    with refused("InvalidParameterCombination"):
        long = {**times(), "StartTime": datetime.datetime(2020, 1, 1)}
        cloudwatch.get_metric_statistics(**METRIC, **long, Period=60, Statistics=["Sum"])
    stat = {"Metric": METRIC, "Period": 60, "Stat": "SampleCount"}
    queries = [
        {"Id": "all", "MetricStat": stat, "Label": "requests"},
        {"Id": "double", "Expression": "all * 2", "ReturnData": True},
    ]
    data = cloudwatch.get_metric_data(MetricDataQueries=queries, **times())
    assert [result["Values"] for result in data["MetricDataResults"]] == [[10.0], [20.0]], data
    with refused("ValidationError"):
        wrong = [{"Id": "e", "Expression": "all *"}]
        cloudwatch.get_metric_data(MetricDataQueries=wrong, **times())


def alarms(cloudwatch):
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:stranger"
    cloudwatch.put_metric_alarm(
        AlarmName="slow", AlarmDescription="too slow", AlarmActions=[topic], Tags=TAGS, **ALARM
    )
    with refused("ValidationError"):
        cloudwatch.put_metric_alarm(AlarmName="wrong", **{**ALARM, "Period": 61})
    [slow] = cloudwatch.describe_alarms(AlarmNames=["slow"])["MetricAlarms"]
    assert slow["StateValue"] == "ALARM", slow
    assert slow["AlarmArn"] == ARN, slow
    [found] = cloudwatch.describe_alarms_for_metric(**METRIC)["MetricAlarms"]
    assert found["AlarmName"] == "slow"
    cloudwatch.disable_alarm_actions(AlarmNames=["slow"])
    cloudwatch.enable_alarm_actions(AlarmNames=["slow"])
    cloudwatch.set_alarm_state(AlarmName="slow", StateValue="OK", StateReason="a drill")
    with refused("ResourceNotFound"):
        cloudwatch.set_alarm_state(AlarmName="gone", StateValue="OK", StateReason="a drill")
    history = cloudwatch.describe_alarm_history(AlarmName="slow", HistoryItemType="StateUpdate")
    assert history["AlarmHistoryItems"][0]["HistorySummary"] == "Alarm updated from ALARM to OK"
    cloudwatch.tag_resource(ResourceARN=ARN, Tags=[{"Key": "more", "Value": "1"}])
    cloudwatch.untag_resource(ResourceARN=ARN, TagKeys=["more"])
    assert cloudwatch.list_tags_for_resource(ResourceARN=ARN)["Tags"] == TAGS
    with refused("ResourceNotFoundException"):
        cloudwatch.list_tags_for_resource(ResourceARN=ARN + "er")


def composite(cloudwatch):
    cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule='OK("slow") OR ALARM("slow")')
    with refused("ValidationError"):
        cloudwatch.put_composite_alarm(AlarmName="none", AlarmRule="ALARM(nobody)")
    found = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert [alarm["StateValue"] for alarm in found] == ["ALARM"]
    with refused("ValidationError"):
        cloudwatch.delete_alarms(AlarmNames=["slow"])
    cloudwatch.delete_alarms(AlarmNames=["both"])


def protocols(cloudwatch):
    """The same answers and errors whatever the protocol: older clients have others than boto3."""
    expected = answers(cloudwatch)
    for protocol in ("smithy-rpc-v2-cbor", "query"):
        got = answers(speaking(protocol))
        assert got == expected, f"{protocol}: {got}\nis not\n{expected}"


def answers(cloudwatch):
    codes = []
    for call, request in [
        (cloudwatch.get_dashboard, {"DashboardName": "gone"}),
        (cloudwatch.put_metric_data, {"Namespace": "AWS/RDS", "MetricData": [{"MetricName": "m"}]}),
        (cloudwatch.set_alarm_state, {"AlarmName": "g", "StateValue": "OK", "StateReason": "r"}),
    ]:
        try:
            call(**request)
        except cloudwatch.exceptions.ClientError as error:
            codes.append(error.response["Error"]["Code"])
    cloudwatch.put_metric_alarm(AlarmName="slow", AlarmDescription="again", **ALARM)
    [alarm] = cloudwatch.describe_alarms(AlarmNames=["slow"])["MetricAlarms"]
    changing = ("AlarmConfigurationUpdatedTimestamp", "StateReasonData")
    alarm = {name: value for name, value in alarm.items() if name not in changing}
    data = cloudwatch.get_metric_statistics(
        **METRIC, **times(), Period=300, Statistics=["Sum"], Unit="None"
    )
    sums = [point["Sum"] for point in data["Datapoints"]]
    return codes, json.dumps(alarm, default=str, sort_keys=True), sums


def speaking(protocol):
    """A client of a model that knows one protocol only."""
    import boto3

    session = boto3.session.Session()

    class OneProtocol(botocore.loaders.Loader):
        def load_service_model(self, service_name, type_name, api_version=None):
            model = super().load_service_model(service_name, type_name, api_version)
            if service_name == "cloudwatch" and type_name == "service-2":
                metadata = {**model["metadata"], "protocol": protocol, "protocols": [protocol]}
                model = {**model, "metadata": metadata}
            return model

    session._session.register_component("data_loader", OneProtocol())
    config = Config(retries={"max_attempts": 1, "mode": "standard"})
    return session.client("cloudwatch", config=config)


def detectors(cloudwatch):
    single = {"SingleMetricAnomalyDetector": {**METRIC, "Stat": "Average"}}
    cloudwatch.put_anomaly_detector(**single)
    found = cloudwatch.describe_anomaly_detectors(Namespace="stranger")["AnomalyDetectors"]
    assert [detector["Stat"] for detector in found] == ["Average"]
    cloudwatch.delete_anomaly_detector(**single)
    with refused("ResourceNotFoundException"):
        cloudwatch.delete_anomaly_detector(**single)


def dashboards(cloudwatch):
    widget = {
        "type": "metric",
        "width": 12,
        "height": 6,
        "properties": {"region": "us-east-1", "metrics": [["stranger", "latency"]]},
    }
    body = json.dumps({"widgets": [widget]})
    cloudwatch.put_dashboard(DashboardName="stranger", DashboardBody=body)
    with refused("InvalidParameterInput"):
        cloudwatch.put_dashboard(DashboardName="stranger", DashboardBody='{"widgets": [{}]}')
    assert cloudwatch.get_dashboard(DashboardName="stranger")["DashboardBody"] == body
    [entry] = cloudwatch.list_dashboards(DashboardNamePrefix="str")["DashboardEntries"]
    assert entry["Size"] == len(body)
    cloudwatch.delete_dashboards(DashboardNames=["stranger"])
    with refused("ResourceNotFound"):
        cloudwatch.get_dashboard(DashboardName="stranger")
