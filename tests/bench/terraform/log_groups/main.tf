terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  skip_metadata_api_check = true

  default_tags {
    tags = { project = "vitality", environment = "moto" }
  }
}

resource "aws_cloudwatch_log_group" "group" {
  count             = 1000
  name              = format("/vitality-terraform/%04d", count.index)
  retention_in_days = 7
}
