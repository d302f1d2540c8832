resource "aws_db_subnet_group" "cluster" {
  name       = "${local.prefix}-cluster"
  subnet_ids = [for subnet in aws_subnet.isolated : subnet.id]
}

resource "aws_rds_cluster_parameter_group" "cluster" {
  name   = "${local.prefix}-cluster"
  family = "aurora-postgresql16"

  parameter {
    name  = "log_min_duration_statement"
    value = "500"
  }

  parameter {
    name  = "idle_in_transaction_session_timeout"
    value = "30000"
  }
}

resource "aws_cloudwatch_log_group" "postgresql" {
  name              = "/aws/rds/cluster/${local.prefix}-cluster/postgresql"
  retention_in_days = 30
}

resource "aws_rds_cluster" "cluster" {
  cluster_identifier                  = "${local.prefix}-cluster"
  engine                              = "aurora-postgresql"
  engine_version                      = "16.6"
  database_name                       = "vitality"
  master_username                     = "vitality"
  manage_master_user_password         = true
  db_subnet_group_name                = aws_db_subnet_group.cluster.name
  vpc_security_group_ids              = [aws_security_group.database.id]
  db_cluster_parameter_group_name     = aws_rds_cluster_parameter_group.cluster.name
  storage_encrypted                   = true
  iam_database_authentication_enabled = true
  enabled_cloudwatch_logs_exports     = ["postgresql"]
  backup_retention_period             = 1
  copy_tags_to_snapshot               = true
  deletion_protection                 = false
  skip_final_snapshot                 = true
  depends_on                          = [aws_cloudwatch_log_group.postgresql]

  serverlessv2_scaling_configuration {
    min_capacity = 0.5
    max_capacity = 1
  }

  lifecycle {
    # Moto gives every cluster the scaling of Serverless v1, which the provider then wants gone.
    ignore_changes = [scaling_configuration]
  }
}

resource "aws_rds_cluster_instance" "instance" {
  identifier                   = "${local.prefix}-cluster-1"
  cluster_identifier           = aws_rds_cluster.cluster.id
  engine                       = aws_rds_cluster.cluster.engine
  instance_class               = "db.serverless"
  promotion_tier               = 0
  publicly_accessible          = false
  auto_minor_version_upgrade   = true
  monitoring_interval          = 0
  performance_insights_enabled = false
}
