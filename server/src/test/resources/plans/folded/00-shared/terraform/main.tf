terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

# It is there already; no import is done where Terraform knows it.
import {
  to = aws_iam_openid_connect_provider.account_123456789012
  id = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7"
}

resource "aws_iam_openid_connect_provider" "account_123456789012" {
  url = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7"
  client_id_list = ["sts.amazonaws.com"]
  lifecycle {
    prevent_destroy = true
  }
}
