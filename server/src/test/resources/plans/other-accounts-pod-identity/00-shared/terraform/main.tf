terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_iam_policy_document" "trust_iambridge-via-210987654321-lake" {
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

data "aws_iam_policy_document" "permission_iambridge-via-210987654321-lake" {
  version = "2012-10-17"
  statement {
    effect = "Allow"
    actions = ["sts:AssumeRole", "sts:TagSession"]
    resources = ["arn:aws:iam::210987654321:role/data/lake"]
  }
}

resource "aws_iam_role" "iambridge-via-210987654321-lake" {
  name = "iambridge-via-210987654321-lake"
  assume_role_policy = data.aws_iam_policy_document.trust_iambridge-via-210987654321-lake.json
}

resource "aws_iam_role_policy" "iambridge-via-210987654321-lake" {
  name = "iambridge-chain"
  role = aws_iam_role.iambridge-via-210987654321-lake.name
  policy = data.aws_iam_policy_document.permission_iambridge-via-210987654321-lake.json
}
