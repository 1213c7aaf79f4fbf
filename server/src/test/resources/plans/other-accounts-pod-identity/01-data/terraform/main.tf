terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

# arn:aws:iam::123456789012:role/data-local: its assume_role_policy.
data "aws_iam_policy_document" "trust_data-local" {
  version = "2012-10-17"
  statement {
    effect = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type = "AWS"
      identifiers = ["arn:aws:iam::123456789012:role/kiam-server"]
    }
  }
  statement {
    sid = "IambridgePodIdentitye9abca49"
    effect = "Allow"
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
    condition {
      test = "StringEquals"
      variable = "aws:SourceAccount"
      values = ["123456789012"]
    }
    condition {
      test = "StringEquals"
      variable = "aws:SourceArn"
      values = ["arn:aws:eks:eu-west-1:123456789012:cluster/sandbox"]
    }
  }
}

output "trust_data-local" {
  value = data.aws_iam_policy_document.trust_data-local.json
}

# arn:aws:iam::123456789012:role/data-local: in the last step.
data "aws_iam_policy_document" "retired_data-local" {
  version = "2012-10-17"
  statement {
    sid = "IambridgePodIdentitye9abca49"
    effect = "Allow"
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
    condition {
      test = "StringEquals"
      variable = "aws:SourceAccount"
      values = ["123456789012"]
    }
    condition {
      test = "StringEquals"
      variable = "aws:SourceArn"
      values = ["arn:aws:eks:eu-west-1:123456789012:cluster/sandbox"]
    }
  }
}

output "retired_data-local" {
  value = data.aws_iam_policy_document.retired_data-local.json
}

# arn:aws:iam::210987654321:role/data/lake: to be added to its trust, by source_policy_documents.
data "aws_iam_policy_document" "trust_n210987654321_2elake" {
  version = "2012-10-17"
  statement {
    sid = "IambridgeChain223d18f9"
    effect = "Allow"
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type = "AWS"
      identifiers = ["arn:aws:iam::123456789012:role/iambridge-via-210987654321-lake"]
    }
  }
}

output "trust_n210987654321_2elake" {
  value = data.aws_iam_policy_document.trust_n210987654321_2elake.json
}

resource "aws_eks_pod_identity_association" "loader" {
  cluster_name = "sandbox"
  namespace = "data"
  service_account = "loader"
  role_arn = "arn:aws:iam::123456789012:role/iambridge-via-210987654321-lake"
  target_role_arn = "arn:aws:iam::210987654321:role/data/lake"
}

resource "aws_eks_pod_identity_association" "local" {
  cluster_name = "sandbox"
  namespace = "data"
  service_account = "local"
  role_arn = "arn:aws:iam::123456789012:role/data-local"
}
