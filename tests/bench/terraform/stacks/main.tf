# The same objects as stacks/*.yaml with config/moto.yaml, in the way that asks the least of AWS:
# rules stand inside their security group, as they do there.

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

locals {
  prefix = "vitality-terraform"
  zones  = { a = 0, b = 1 }
}
