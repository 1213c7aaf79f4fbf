terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

# arn:aws:iam::123456789012:role/team-a-api: its assume_role_policy.
data "aws_iam_policy_document" "trust_team-a-api" {
  version = "2012-10-17"
  statement {
    effect = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type = "AWS"
      identifiers = ["arn:aws:iam::123456789012:role/kiam-server", "arn:aws:iam::123456789012:user/ops"]
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
      values = ["system:serviceaccount:team-a:annotated", "system:serviceaccount:team-a:api", "system:serviceaccount:team-b:api"]
    }
  }
  statement {
    sid = "IambridgeIrsa397e34b1"
    effect = "Allow"
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type = "Federated"
      identifiers = ["arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7"]
    }
    condition {
      test = "StringEquals"
      variable = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7:aud"
      values = ["vault"]
    }
    condition {
      test = "StringEquals"
      variable = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7:sub"
      values = ["system:serviceaccount:team-a:audience"]
    }
  }
}

output "trust_team-a-api" {
  value = data.aws_iam_policy_document.trust_team-a-api.json
}

# arn:aws:iam::123456789012:role/team-a-api: in the last step.
data "aws_iam_policy_document" "retired_team-a-api" {
  version = "2012-10-17"
  statement {
    effect = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type = "AWS"
      identifiers = ["arn:aws:iam::123456789012:user/ops"]
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
      values = ["system:serviceaccount:team-a:annotated", "system:serviceaccount:team-a:api", "system:serviceaccount:team-b:api"]
    }
  }
  statement {
    sid = "IambridgeIrsa397e34b1"
    effect = "Allow"
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type = "Federated"
      identifiers = ["arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7"]
    }
    condition {
      test = "StringEquals"
      variable = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7:aud"
      values = ["vault"]
    }
    condition {
      test = "StringEquals"
      variable = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7:sub"
      values = ["system:serviceaccount:team-a:audience"]
    }
  }
}

output "retired_team-a-api" {
  value = data.aws_iam_policy_document.retired_team-a-api.json
}

# arn:aws:iam::123456789012:role/team-a-collector: to be added to its trust, by source_policy_documents.
data "aws_iam_policy_document" "trust_team-a-collector" {
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
      values = ["system:serviceaccount:team-a:team-a-collector"]
    }
  }
}

output "trust_team-a-collector" {
  value = data.aws_iam_policy_document.trust_team-a-collector.json
}

# arn:aws:iam::123456789012:role/team-a-front: its assume_role_policy.
data "aws_iam_policy_document" "trust_team-a-front" {
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
      values = ["system:serviceaccount:team-a:team-a-front"]
    }
  }
}

output "trust_team-a-front" {
  value = data.aws_iam_policy_document.trust_team-a-front.json
}

# arn:aws:iam::123456789012:role/team-a-front: in the last step.
data "aws_iam_policy_document" "retired_team-a-front" {
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
      values = ["system:serviceaccount:team-a:team-a-front"]
    }
  }
}

output "retired_team-a-front" {
  value = data.aws_iam_policy_document.retired_team-a-front.json
}

# arn:aws:iam::123456789012:role/team-a-report: its assume_role_policy.
data "aws_iam_policy_document" "trust_team-a-report" {
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
      values = ["system:serviceaccount:team-a:report"]
    }
  }
}

output "trust_team-a-report" {
  value = data.aws_iam_policy_document.trust_team-a-report.json
}

# arn:aws:iam::123456789012:role/team-a-report: in the last step.
data "aws_iam_policy_document" "retired_team-a-report" {
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
      values = ["system:serviceaccount:team-a:report"]
    }
  }
}

output "retired_team-a-report" {
  value = data.aws_iam_policy_document.retired_team-a-report.json
}
