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
      values = ["system:serviceaccount:many:worker-1*", "system:serviceaccount:many:worker-2", "system:serviceaccount:many:worker-20", "system:serviceaccount:many:worker-21", "system:serviceaccount:many:worker-22", "system:serviceaccount:many:worker-23", "system:serviceaccount:many:worker-24", "system:serviceaccount:many:worker-25", "system:serviceaccount:many:worker-26", "system:serviceaccount:many:worker-27", "system:serviceaccount:many:worker-28", "system:serviceaccount:many:worker-29", "system:serviceaccount:many:worker-3", "system:serviceaccount:many:worker-30", "system:serviceaccount:many:worker-31", "system:serviceaccount:many:worker-32", "system:serviceaccount:many:worker-33", "system:serviceaccount:many:worker-34", "system:serviceaccount:many:worker-35", "system:serviceaccount:many:worker-36", "system:serviceaccount:many:worker-37", "system:serviceaccount:many:worker-38", "system:serviceaccount:many:worker-39", "system:serviceaccount:many:worker-4", "system:serviceaccount:many:worker-40", "system:serviceaccount:many:worker-5", "system:serviceaccount:many:worker-6", "system:serviceaccount:many:worker-7", "system:serviceaccount:many:worker-8", "system:serviceaccount:many:worker-9"]
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
      values = ["system:serviceaccount:many:worker-1*", "system:serviceaccount:many:worker-2", "system:serviceaccount:many:worker-20", "system:serviceaccount:many:worker-21", "system:serviceaccount:many:worker-22", "system:serviceaccount:many:worker-23", "system:serviceaccount:many:worker-24", "system:serviceaccount:many:worker-25", "system:serviceaccount:many:worker-26", "system:serviceaccount:many:worker-27", "system:serviceaccount:many:worker-28", "system:serviceaccount:many:worker-29", "system:serviceaccount:many:worker-3", "system:serviceaccount:many:worker-30", "system:serviceaccount:many:worker-31", "system:serviceaccount:many:worker-32", "system:serviceaccount:many:worker-33", "system:serviceaccount:many:worker-34", "system:serviceaccount:many:worker-35", "system:serviceaccount:many:worker-36", "system:serviceaccount:many:worker-37", "system:serviceaccount:many:worker-38", "system:serviceaccount:many:worker-39", "system:serviceaccount:many:worker-4", "system:serviceaccount:many:worker-40", "system:serviceaccount:many:worker-5", "system:serviceaccount:many:worker-6", "system:serviceaccount:many:worker-7", "system:serviceaccount:many:worker-8", "system:serviceaccount:many:worker-9"]
    }
  }
}

output "retired_many" {
  value = data.aws_iam_policy_document.retired_many.json
}

# arn:aws:iam::123456789012:role/mixed: its assume_role_policy.
data "aws_iam_policy_document" "trust_mixed" {
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
      values = ["system:serviceaccount:many:mix-a26", "system:serviceaccount:many:mix-c2", "system:serviceaccount:many:mix-c28", "system:serviceaccount:many:mix-e30", "system:serviceaccount:many:mix-e4", "system:serviceaccount:many:mix-g32", "system:serviceaccount:many:mix-g6", "system:serviceaccount:many:mix-i34", "system:serviceaccount:many:mix-i8", "system:serviceaccount:many:mix-k10", "system:serviceaccount:many:mix-k36", "system:serviceaccount:many:mix-m12", "system:serviceaccount:many:mix-m38", "system:serviceaccount:many:mix-o14", "system:serviceaccount:many:mix-o40", "system:serviceaccount:many:mix-q16", "system:serviceaccount:many:mix-s18", "system:serviceaccount:many:mix-u20", "system:serviceaccount:many:mix-w22", "system:serviceaccount:many:mix-y24"]
    }
  }
}

output "trust_mixed" {
  value = data.aws_iam_policy_document.trust_mixed.json
}

# arn:aws:iam::123456789012:role/mixed: in the last step.
data "aws_iam_policy_document" "retired_mixed" {
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
      values = ["system:serviceaccount:many:mix-a26", "system:serviceaccount:many:mix-c2", "system:serviceaccount:many:mix-c28", "system:serviceaccount:many:mix-e30", "system:serviceaccount:many:mix-e4", "system:serviceaccount:many:mix-g32", "system:serviceaccount:many:mix-g6", "system:serviceaccount:many:mix-i34", "system:serviceaccount:many:mix-i8", "system:serviceaccount:many:mix-k10", "system:serviceaccount:many:mix-k36", "system:serviceaccount:many:mix-m12", "system:serviceaccount:many:mix-m38", "system:serviceaccount:many:mix-o14", "system:serviceaccount:many:mix-o40", "system:serviceaccount:many:mix-q16", "system:serviceaccount:many:mix-s18", "system:serviceaccount:many:mix-u20", "system:serviceaccount:many:mix-w22", "system:serviceaccount:many:mix-y24"]
    }
  }
}

output "retired_mixed" {
  value = data.aws_iam_policy_document.retired_mixed.json
}

# arn:aws:iam::123456789012:role/other: its assume_role_policy.
data "aws_iam_policy_document" "trust_other" {
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
      values = ["system:serviceaccount:many:mix-b1", "system:serviceaccount:many:mix-b27", "system:serviceaccount:many:mix-d29", "system:serviceaccount:many:mix-d3", "system:serviceaccount:many:mix-f31", "system:serviceaccount:many:mix-f5", "system:serviceaccount:many:mix-h33", "system:serviceaccount:many:mix-h7", "system:serviceaccount:many:mix-j35", "system:serviceaccount:many:mix-j9", "system:serviceaccount:many:mix-l11", "system:serviceaccount:many:mix-l37", "system:serviceaccount:many:mix-n13", "system:serviceaccount:many:mix-n39", "system:serviceaccount:many:mix-p15", "system:serviceaccount:many:mix-r17", "system:serviceaccount:many:mix-t19", "system:serviceaccount:many:mix-v21", "system:serviceaccount:many:mix-x23", "system:serviceaccount:many:mix-z25"]
    }
  }
}

output "trust_other" {
  value = data.aws_iam_policy_document.trust_other.json
}

# arn:aws:iam::123456789012:role/other: in the last step.
data "aws_iam_policy_document" "retired_other" {
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
      values = ["system:serviceaccount:many:mix-b1", "system:serviceaccount:many:mix-b27", "system:serviceaccount:many:mix-d29", "system:serviceaccount:many:mix-d3", "system:serviceaccount:many:mix-f31", "system:serviceaccount:many:mix-f5", "system:serviceaccount:many:mix-h33", "system:serviceaccount:many:mix-h7", "system:serviceaccount:many:mix-j35", "system:serviceaccount:many:mix-j9", "system:serviceaccount:many:mix-l11", "system:serviceaccount:many:mix-l37", "system:serviceaccount:many:mix-n13", "system:serviceaccount:many:mix-n39", "system:serviceaccount:many:mix-p15", "system:serviceaccount:many:mix-r17", "system:serviceaccount:many:mix-t19", "system:serviceaccount:many:mix-v21", "system:serviceaccount:many:mix-x23", "system:serviceaccount:many:mix-z25"]
    }
  }
}

output "retired_other" {
  value = data.aws_iam_policy_document.retired_other.json
}
