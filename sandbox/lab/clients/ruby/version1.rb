# Version 1: the default provider, and the SDK's own signature. It does not know GetCallerIdentity.
require_relative 'answer'
require 'aws-sdk-v1'
require 'net/http'

run(AWS::VERSION) do |endpoint, region|
  at = URI(endpoint)
  start = now
  provider = AWS::Core::CredentialProviders::DefaultProvider.new
  provider.credentials
  millis = ((now - start) * 1000).round(1)

  request = AWS::Core::Http::Request.new
  request.http_method = 'POST'
  request.host = at.host
  request.port = at.port
  request.use_ssl = false
  request.headers['host'] = "#{at.host}:#{at.port}"
  request.headers['content-type'] = 'application/x-www-form-urlencoded; charset=utf-8'
  request.body = 'Action=GetCallerIdentity&Version=2011-06-15'
  AWS::Core::Signers::Version4.new(provider, 'sts', region).sign_request(request)

  post = Net::HTTP::Post.new('/')
  request.headers.each { |name, value| post[name] = value }
  post.body = request.body
  response = Net::HTTP.start(at.host, at.port) { |http| http.request(post) }
  raise response.body unless response.is_a?(Net::HTTPOK)

  [response.body[%r{<Arn>(.*)</Arn>}, 1], millis]
end
