// Version 3: the client's default chain.
'use strict';

const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
const { version } = require('@aws-sdk/client-sts/package.json');

const [, , endpoint, region] = process.argv;
const answer = {
  client: 'AWS SDK for JavaScript',
  version,
  arn: null,
  millisToCredentials: null,
  error: null,
};

async function ask() {
  const client = new STSClient({ endpoint, region });
  const start = process.hrtime.bigint();
  await client.config.credentials();
  answer.millisToCredentials = Number((process.hrtime.bigint() - start) / 100_000n) / 10;
  answer.arn = (await client.send(new GetCallerIdentityCommand({}))).Arn;
}

ask()
  .catch((error) => {
    answer.error = `${error.name}: ${error.message}`;
  })
  .finally(() => {
    console.log(JSON.stringify(answer));
    process.exit(answer.arn ? 0 : 1);
  });
