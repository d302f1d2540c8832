# What an account is held to, as teams have it: it is watched, and what would be public is not.

provider "aws" {
  region = "eu-west-1"
}

resource "aws_ebs_encryption_by_default" "all" {
  enabled = true
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length   = 14
  password_reuse_prevention = 24
  require_symbols           = true
}

resource "aws_kms_key" "audit" {
  description             = "What the trail writes"
  deletion_window_in_days = 7
}

resource "aws_s3_bucket" "audit" {
  bucket        = "terraform-audit"
  force_destroy = true
}

resource "aws_cloudtrail" "audit" {
  name                       = "terraform-audit"
  s3_bucket_name             = aws_s3_bucket.audit.id
  s3_key_prefix              = "trail"
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = aws_kms_key.audit.arn

  event_selector {
    read_write_type           = "All"
    include_management_events = true

    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }

  tags = {
    owner = "strangers"
  }
}

data "aws_iam_policy_document" "config" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["config.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "config" {
  name               = "terraform-config"
  assume_role_policy = data.aws_iam_policy_document.config.json
}

resource "aws_config_configuration_recorder" "all" {
  name     = "terraform"
  role_arn = aws_iam_role.config.arn

  recording_group {
    all_supported                 = true
    include_global_resource_types = true
  }
}

resource "aws_config_delivery_channel" "all" {
  name           = "terraform"
  s3_bucket_name = aws_s3_bucket.audit.id
  depends_on     = [aws_config_configuration_recorder.all]

  snapshot_delivery_properties {
    delivery_frequency = "Six_Hours"
  }
}

resource "aws_config_configuration_recorder_status" "all" {
  name       = aws_config_configuration_recorder.all.name
  is_enabled = true
  depends_on = [aws_config_delivery_channel.all]
}

resource "aws_guardduty_detector" "all" {
  enable                       = true
  finding_publishing_frequency = "FIFTEEN_MINUTES"

  tags = {
    owner = "strangers"
  }
}

resource "aws_guardduty_detector_feature" "lambda" {
  detector_id = aws_guardduty_detector.all.id
  name        = "LAMBDA_NETWORK_LOGS"
  status      = "DISABLED"
}

resource "aws_securityhub_account" "all" {
  enable_default_standards = false
  depends_on               = [aws_config_configuration_recorder_status.all]
}

resource "aws_securityhub_standards_subscription" "nist" {
  standards_arn = "arn:aws:securityhub:eu-west-1::standards/nist-800-53/v/5.0.0"
  depends_on    = [aws_securityhub_account.all]
}
