terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

# arn:aws:iam::123456789012:role/way-denied: its assume_role_policy.
data "aws_iam_policy_document" "trust_way-denied" {
  version = "2012-10-17"
  statement {
    effect = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type = "AWS"
      identifiers = ["arn:aws:iam::123456789012:root"]
    }
  }
  statement {
    effect = "Deny"
    actions = ["sts:AssumeRole"]
    principals {
      type = "*"
      identifiers = ["*"]
    }
    condition {
      test = "StringNotEquals"
      variable = "aws:PrincipalOrgID"
      values = ["o-example"]
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
      values = ["system:serviceaccount:way:denied"]
    }
  }
}

output "trust_way-denied" {
  value = data.aws_iam_policy_document.trust_way-denied.json
}

# arn:aws:iam::123456789012:role/way-denied: in the last step.
data "aws_iam_policy_document" "retired_way-denied" {
  version = "2012-10-17"
  statement {
    effect = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type = "AWS"
      identifiers = ["arn:aws:iam::123456789012:root"]
    }
  }
  statement {
    effect = "Deny"
    actions = ["sts:AssumeRole"]
    principals {
      type = "*"
      identifiers = ["*"]
    }
    condition {
      test = "StringNotEquals"
      variable = "aws:PrincipalOrgID"
      values = ["o-example"]
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
      values = ["system:serviceaccount:way:denied"]
    }
  }
}

output "retired_way-denied" {
  value = data.aws_iam_policy_document.retired_way-denied.json
}

# arn:aws:iam::123456789012:role/way-gone: to be added to its trust, by source_policy_documents.
data "aws_iam_policy_document" "trust_way-gone" {
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
      values = ["system:serviceaccount:way:gone-role"]
    }
  }
}

output "trust_way-gone" {
  value = data.aws_iam_policy_document.trust_way-gone.json
}

# arn:aws:iam::123456789012:role/way-partner: its assume_role_policy.
data "aws_iam_policy_document" "trust_way-partner" {
  version = "2012-10-17"
  statement {
    effect = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type = "AWS"
      identifiers = ["arn:aws:iam::123456789012:role/kiam-server"]
    }
    condition {
      test = "StringEquals"
      variable = "sts:ExternalId"
      values = ["do-not-show-me"]
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
      values = ["system:serviceaccount:way:partner"]
    }
  }
}

output "trust_way-partner" {
  value = data.aws_iam_policy_document.trust_way-partner.json
}

# arn:aws:iam::123456789012:role/way-partner: in the last step.
data "aws_iam_policy_document" "retired_way-partner" {
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
      values = ["system:serviceaccount:way:partner"]
    }
  }
}

output "retired_way-partner" {
  value = data.aws_iam_policy_document.retired_way-partner.json
}

# arn:aws:iam::123456789012:role/way-role: its assume_role_policy.
data "aws_iam_policy_document" "trust_way-role" {
  version = "2012-10-17"
  statement {
    effect = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type = "AWS"
      identifiers = ["arn:aws:iam::123456789012:role/somebody"]
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
      values = ["system:serviceaccount:way:broken-irsa", "system:serviceaccount:way:by-hand", "system:serviceaccount:way:half", "system:serviceaccount:way:java-two", "system:serviceaccount:way:nameless", "system:serviceaccount:way:node-agent", "system:serviceaccount:way:old-java", "system:serviceaccount:way:strange"]
    }
  }
}

output "trust_way-role" {
  value = data.aws_iam_policy_document.trust_way-role.json
}

# arn:aws:iam::123456789012:role/way-role: in the last step.
data "aws_iam_policy_document" "retired_way-role" {
  version = "2012-10-17"
  statement {
    effect = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type = "AWS"
      identifiers = ["arn:aws:iam::123456789012:role/somebody"]
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
      values = ["system:serviceaccount:way:broken-irsa", "system:serviceaccount:way:by-hand", "system:serviceaccount:way:half", "system:serviceaccount:way:java-two", "system:serviceaccount:way:nameless", "system:serviceaccount:way:node-agent", "system:serviceaccount:way:old-java", "system:serviceaccount:way:strange"]
    }
  }
}

output "retired_way-role" {
  value = data.aws_iam_policy_document.retired_way-role.json
}
