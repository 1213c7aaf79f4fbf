# Version 3: the default chain.
require_relative 'answer'
require 'aws-sdk-core'

run(Aws::CORE_GEM_VERSION) do |endpoint, region|
  start = now
  credentials = Aws::CredentialProviderChain.new.resolve
  raise 'no credentials' unless credentials

  credentials.credentials
  millis = ((now - start) * 1000).round(1)
  sts = Aws::STS::Client.new(endpoint: endpoint, region: region, credentials: credentials)
  [sts.get_caller_identity.arn, millis]
end
