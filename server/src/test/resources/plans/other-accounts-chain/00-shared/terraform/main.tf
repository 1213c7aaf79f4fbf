terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_iam_openid_connect_provider" "account_123456789012" {
  url = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7"
  client_id_list = ["sts.amazonaws.com"]
  lifecycle {
    prevent_destroy = true
  }
}

data "aws_iam_policy_document" "trust_iambridge-via-210987654321-lake" {
  version = "2012-10-17"
  statement {
    sid = "IambridgeIrsabcc46aa9"
    effect = "Allow"
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type = "Federated"
      identifiers = ["arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7"]
    }
    condition {
      test = "StringEquals"
      variable = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7:aud"
      values = ["sts.amazonaws.com"]
    }
    condition {
      test = "StringEquals"
      variable = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7:sub"
      values = ["system:serviceaccount:data:loader"]
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
