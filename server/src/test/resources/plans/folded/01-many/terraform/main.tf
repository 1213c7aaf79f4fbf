terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

# arn:aws:iam::123456789012:role/many: its assume_role_policy.
data "aws_iam_policy_document" "trust_many" {
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
      test = "StringLike"
      variable = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7:sub"
      values = ["system:serviceaccount:many:worker-*"]
    }
  }
}

output "trust_many" {
  value = data.aws_iam_policy_document.trust_many.json
}

# arn:aws:iam::123456789012:role/many: in the last step.
data "aws_iam_policy_document" "retired_many" {
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
      test = "StringLike"
      variable = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7:sub"
      values = ["system:serviceaccount:many:worker-*"]
    }
  }
}

output "retired_many" {
  value = data.aws_iam_policy_document.retired_many.json
}

# arn:aws:iam::123456789012:role/mixed: the policy would be too long; see README.md.
# arn:aws:iam::123456789012:role/other: the policy would be too long; see README.md.
