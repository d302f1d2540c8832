"""SNS: topics, subscriptions, messages, and what alarms say."""

import json

from . import ACCOUNT, refused

ARN = f"arn:aws:sns:us-east-1:{ACCOUNT}:stranger"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:stranger"


def run(aws):
    sns = aws("sns")
    tags = [{"Key": "owner", "Value": "strangers"}]
    assert sns.create_topic(Name="stranger", Tags=tags)["TopicArn"] == ARN
    with refused("InvalidParameter"):
        sns.create_topic(Name="not a name")
    attributes(sns)
    sns.tag_resource(ResourceArn=ARN, Tags=[{"Key": "more", "Value": "1"}])
    sns.untag_resource(ResourceArn=ARN, TagKeys=["more"])
    assert sns.list_tags_for_resource(ResourceArn=ARN)["Tags"] == tags
    with refused("ResourceNotFound"):
        sns.list_tags_for_resource(ResourceArn=ARN + "er")
    assert {"TopicArn": ARN} in sns.list_topics()["Topics"]
    subscriptions(sns)
    messages(sns)
    alarm(aws("cloudwatch"))
    sns.delete_topic(TopicArn=ARN)
    with refused("NotFound"):
        sns.get_topic_attributes(TopicArn=ARN)


def attributes(sns):
    sns.set_topic_attributes(TopicArn=ARN, AttributeName="DisplayName", AttributeValue="Ops")
    with refused("InvalidParameter"):
        sns.set_topic_attributes(TopicArn=ARN, AttributeName="Policy", AttributeValue="{")
    found = sns.get_topic_attributes(TopicArn=ARN)["Attributes"]
    assert found["DisplayName"] == "Ops" and found["Owner"] == ACCOUNT, found
    json.loads(found["Policy"]), json.loads(found["EffectiveDeliveryPolicy"])


def subscriptions(sns):
    answer = sns.subscribe(TopicArn=ARN, Protocol="email", Endpoint="ops@example.com")
    assert answer["SubscriptionArn"] == "pending confirmation"
    with refused("InvalidParameter"):
        sns.subscribe(TopicArn=ARN, Protocol="email", Endpoint="nobody")
    arn = sns.subscribe(TopicArn=ARN, Protocol="sqs", Endpoint=QUEUE)["SubscriptionArn"]
    sns.set_subscription_attributes(
        SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="true"
    )
    found = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert (found["RawMessageDelivery"], found["PendingConfirmation"]) == ("true", "false")
    listed = sns.list_subscriptions_by_topic(TopicArn=ARN)["Subscriptions"]
    assert sorted(one["SubscriptionArn"] for one in listed) == ["PendingConfirmation", arn]
    assert len(sns.list_subscriptions()["Subscriptions"]) == 2
    with refused("InvalidParameter"):
        sns.confirm_subscription(TopicArn=ARN, Token="guessed")
    confirm(sns)
    sns.unsubscribe(SubscriptionArn=arn)
    with refused("NotFound"):
        sns.get_subscription_attributes(SubscriptionArn=arn)


def confirm(sns):
    """As somebody with a web server does: the token comes with the first message."""
    import http.server
    import threading
    import urllib.request

    received = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            received.append(json.loads(self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()
            told.release()

        def log_message(self, *_):
            pass

    told = threading.Semaphore(0)
    server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://hook.localhost:{server.server_port}/sns"
    sns.subscribe(TopicArn=ARN, Protocol="http", Endpoint=url)
    assert told.acquire(timeout=20), "nobody asked for a confirmation"
    # Whoever has the token need not sign.
    with urllib.request.urlopen(received[0]["SubscribeURL"], timeout=20) as page:
        assert b"<SubscriptionArn>" in page.read()
    token = received[0]["Token"]
    sns.confirm_subscription(TopicArn=ARN, Token=token)
    sns.publish(TopicArn=ARN, Message="hello", Subject="greeting")
    assert told.acquire(timeout=20), "nobody brought the message"
    assert (received[1]["Type"], received[1]["Message"]) == ("Notification", "hello")
    server.shutdown()


def messages(sns):
    more = {"kind": {"DataType": "String", "StringValue": "drill"}}
    sns.publish(TopicArn=ARN, Message="all is well", MessageAttributes=more)
    with refused("InvalidParameter"):
        sns.publish(TopicArn=ARN, Message="")
    with refused("NotFound"):
        sns.publish(TopicArn=ARN + "er", Message="hello")


def alarm(cloudwatch):
    cloudwatch.put_metric_alarm(
        AlarmName="told",
        Namespace="stranger",
        MetricName="none",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[ARN],
    )
    cloudwatch.set_alarm_state(AlarmName="told", StateValue="ALARM", StateReason="a drill")
    history = cloudwatch.describe_alarm_history(AlarmName="told", HistoryItemType="Action")
    [item] = history["AlarmHistoryItems"]
    assert item["HistorySummary"] == f"Successfully executed action {ARN}", item
    cloudwatch.delete_alarms(AlarmNames=["told"])
