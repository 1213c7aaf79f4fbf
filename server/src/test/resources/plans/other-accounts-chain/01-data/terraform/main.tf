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
      values = ["system:serviceaccount:data:local"]
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
      values = ["system:serviceaccount:data:local"]
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
    actions = ["sts:AssumeRole"]
    principals {
      type = "AWS"
      identifiers = ["arn:aws:iam::123456789012:role/iambridge-via-210987654321-lake"]
    }
  }
}

output "trust_n210987654321_2elake" {
  value = data.aws_iam_policy_document.trust_n210987654321_2elake.json
}
