# What watches a service, as teams have it: logs become metrics, metrics alarms, alarms messages.

provider "aws" {
  region = "eu-west-1"
}

resource "aws_sns_topic" "ops" {
  name         = "terraform-ops"
  display_name = "Operations"

  tags = {
    owner = "strangers"
  }
}

data "aws_iam_policy_document" "publish" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.ops.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic_policy" "ops" {
  arn    = aws_sns_topic.ops.arn
  policy = data.aws_iam_policy_document.publish.json
}

resource "aws_sns_topic_subscription" "people" {
  topic_arn = aws_sns_topic.ops.arn
  protocol  = "email"
  endpoint  = "ops@example.com"
}

resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.ops.arn
  protocol             = "sqs"
  endpoint             = "arn:aws:sqs:eu-west-1:123456789012:ops"
  raw_message_delivery = true
  filter_policy        = jsonencode({ severity = ["high"] })
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/terraform/app"
  retention_in_days = 30
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "errors"
  log_group_name = aws_cloudwatch_log_group.app.name
  pattern        = "{ $.status >= 500 }"

  metric_transformation {
    name          = "errors"
    namespace     = "terraform"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "terraform-errors"
  alarm_description   = "The app answers with errors"
  namespace           = "terraform"
  metric_name         = "errors"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = 5
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.ops.arn]
  ok_actions          = [aws_sns_topic.ops.arn]

  tags = {
    owner = "strangers"
  }
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  alarm_name          = "terraform-latency"
  namespace           = "terraform"
  metric_name         = "latency"
  extended_statistic  = "p99"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1000
  comparison_operator = "GreaterThanThreshold"

  dimensions = {
    service = "api"
    stage   = "test"
  }
}

resource "aws_cloudwatch_metric_alarm" "memory" {
  alarm_name          = "terraform-memory"
  evaluation_periods  = 2
  comparison_operator = "GreaterThanUpperThreshold"
  threshold_metric_id = "band"

  metric_query {
    id          = "band"
    expression  = "ANOMALY_DETECTION_BAND(memory, 2)"
    label       = "expected"
    return_data = true
  }

  metric_query {
    id          = "memory"
    return_data = true

    metric {
      namespace   = "terraform"
      metric_name = "memory"
      period      = 300
      stat        = "Average"
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "service" {
  alarm_name    = "terraform-service"
  alarm_rule    = "ALARM(${aws_cloudwatch_metric_alarm.errors.alarm_name}) OR ALARM(${aws_cloudwatch_metric_alarm.latency.alarm_name})"
  alarm_actions = [aws_sns_topic.ops.arn]
}

resource "aws_cloudwatch_dashboard" "service" {
  dashboard_name = "terraform-service"
  dashboard_body = jsonencode({
    widgets = [{
      type   = "metric"
      x      = 0
      y      = 0
      width  = 12
      height = 6
      properties = {
        region  = "eu-west-1"
        metrics = [["terraform", "errors"]]
      }
    }]
  })
}

resource "aws_cloudwatch_event_rule" "findings" {
  name        = "terraform-findings"
  description = "New critical findings"
  event_pattern = jsonencode({
    source      = ["aws.securityhub"]
    detail-type = ["Security Hub Findings - Imported"]
    detail      = { findings = { Severity = { Label = ["CRITICAL"] } } }
  })
}

resource "aws_cloudwatch_event_target" "findings" {
  rule      = aws_cloudwatch_event_rule.findings.name
  target_id = "ops"
  arn       = aws_sns_topic.ops.arn

  input_transformer {
    input_paths    = { title = "$.detail.findings[0].Title" }
    input_template = "\"<title>\""
  }
}
