# A service as teams have it: from an image of ECR on App Runner, before an Aurora cluster.

provider "aws" {
  region = "eu-west-1"
}

resource "aws_vpc" "api" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "api" {
  for_each = { "eu-west-1a" = "10.0.0.0/24", "eu-west-1b" = "10.0.1.0/24" }

  vpc_id            = aws_vpc.api.id
  cidr_block        = each.value
  availability_zone = each.key
}

resource "aws_security_group" "api" {
  name        = "api"
  description = "of the service"
  vpc_id      = aws_vpc.api.id

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "database" {
  name        = "database"
  description = "of the database"
  vpc_id      = aws_vpc.api.id

  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.api.id]
  }
}

resource "aws_db_subnet_group" "api" {
  name       = "terraform-api"
  subnet_ids = [for subnet in aws_subnet.api : subnet.id]
}

resource "aws_rds_cluster_parameter_group" "api" {
  name   = "terraform-api"
  family = "aurora-postgresql16"

  parameter {
    name  = "log_min_duration_statement"
    value = "500"
  }
}

resource "aws_rds_cluster" "api" {
  cluster_identifier              = "terraform-api"
  engine                          = "aurora-postgresql"
  engine_mode                     = "provisioned"
  engine_version                  = "16.6"
  database_name                   = "cars"
  master_username                 = "owner"
  manage_master_user_password     = true
  storage_encrypted               = true
  db_subnet_group_name            = aws_db_subnet_group.api.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.api.name
  vpc_security_group_ids          = [aws_security_group.database.id]
  backup_retention_period         = 7
  skip_final_snapshot             = true

  serverlessv2_scaling_configuration {
    min_capacity = 0.5
    max_capacity = 2
  }

  tags = {
    owner = "strangers"
  }
}

resource "aws_rds_cluster_instance" "api" {
  identifier         = "terraform-api-1"
  cluster_identifier = aws_rds_cluster.api.id
  engine             = aws_rds_cluster.api.engine
  engine_version     = aws_rds_cluster.api.engine_version
  instance_class     = "db.serverless"
}

resource "aws_ecr_repository" "api" {
  name                 = "terraform-api"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = true
}

resource "aws_ecr_lifecycle_policy" "api" {
  repository = aws_ecr_repository.api.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      selection    = { tagStatus = "untagged", countType = "imageCountMoreThan", countNumber = 5 }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_iam_role" "api" {
  for_each = { access = "build", instance = "tasks" }

  name = "terraform-${each.key}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "${each.value}.apprunner.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "secret" {
  name = "secret"
  role = aws_iam_role.api["instance"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = aws_rds_cluster.api.master_user_secret[0].secret_arn
    }]
  })
}

resource "aws_apprunner_auto_scaling_configuration_version" "api" {
  auto_scaling_configuration_name = "terraform-api"
  max_concurrency                 = 50
  min_size                        = 1
  max_size                        = 3
}

resource "aws_apprunner_observability_configuration" "api" {
  observability_configuration_name = "terraform-api"

  trace_configuration {
    vendor = "AWSXRAY"
  }
}

resource "aws_apprunner_vpc_connector" "api" {
  vpc_connector_name = "terraform-api"
  subnets            = [for subnet in aws_subnet.api : subnet.id]
  security_groups    = [aws_security_group.api.id]
}

resource "aws_apprunner_service" "api" {
  service_name                   = "terraform-api"
  auto_scaling_configuration_arn = aws_apprunner_auto_scaling_configuration_version.api.arn

  source_configuration {
    auto_deployments_enabled = false

    authentication_configuration {
      access_role_arn = aws_iam_role.api["access"].arn
    }

    image_repository {
      image_identifier      = "${aws_ecr_repository.api.repository_url}:v1"
      image_repository_type = "ECR"

      image_configuration {
        port = "3000"

        runtime_environment_variables = {
          DATABASE_HOST = aws_rds_cluster.api.endpoint
        }

        runtime_environment_secrets = {
          PASSWORD = "${aws_rds_cluster.api.master_user_secret[0].secret_arn}:password::"
        }
      }
    }
  }

  instance_configuration {
    cpu               = "512"
    memory            = "1024"
    instance_role_arn = aws_iam_role.api["instance"].arn
  }

  health_check_configuration {
    protocol = "HTTP"
    path     = "/health"
    interval = 10
  }

  network_configuration {
    egress_configuration {
      egress_type       = "VPC"
      vpc_connector_arn = aws_apprunner_vpc_connector.api.arn
    }
  }

  observability_configuration {
    observability_enabled           = true
    observability_configuration_arn = aws_apprunner_observability_configuration.api.arn
  }

  tags = {
    owner = "strangers"
  }
}
