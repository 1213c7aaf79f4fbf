terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

# arn:aws:iam::123456789012:role/shop-web: its assume_role_policy.
data "aws_iam_policy_document" "trust_shop-web" {
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

output "trust_shop-web" {
  value = data.aws_iam_policy_document.trust_shop-web.json
}

# arn:aws:iam::123456789012:role/shop-web: in the last step.
data "aws_iam_policy_document" "retired_shop-web" {
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

output "retired_shop-web" {
  value = data.aws_iam_policy_document.retired_shop-web.json
}

resource "aws_eks_pod_identity_association" "web" {
  cluster_name = "sandbox"
  namespace = "shop"
  service_account = "web"
  role_arn = "arn:aws:iam::123456789012:role/shop-web"
}
