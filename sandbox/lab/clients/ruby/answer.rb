# What all Ruby clients have alike: the clock, and the one line that they print.
require 'json'

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

# The block gets endpoint and region, and answers the ARN and the milliseconds to credentials.
def run(version)
  answer = { client: 'AWS SDK for Ruby', version: version, arn: nil, millisToCredentials: nil, error: nil }
  begin
    answer[:arn], answer[:millisToCredentials] = yield ARGV[0], ARGV[1]
  rescue StandardError, LoadError => e
    answer[:error] = "#{e.class}: #{e.message}"
  end
  puts JSON.generate(answer)
  exit(answer[:arn] ? 0 : 1)
end
