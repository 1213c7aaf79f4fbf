// Version 2: the default chain. Written for the Node.js of 2019.
'use strict';

const AWS = require('aws-sdk');

const endpoint = process.argv[2];
const region = process.argv[3];
const answer = {
  client: 'AWS SDK for JavaScript',
  version: AWS.VERSION,
  arn: null,
  millisToCredentials: null,
  error: null,
};

function finish(error, arn) {
  answer.error = error ? `${error.name || error.code}: ${error.message}` : null;
  answer.arn = arn || null;
  console.log(JSON.stringify(answer));
  process.exit(arn ? 0 : 1);
}

const start = process.hrtime();
AWS.config.getCredentials((error) => {
  if (error) {
    finish(error);
    return;
  }
  const took = process.hrtime(start);
  answer.millisToCredentials = Math.round(took[0] * 1e4 + took[1] / 1e5) / 10;
  new AWS.STS({ endpoint, region }).getCallerIdentity({}, (refused, identity) => {
    finish(refused, identity && identity.Arn);
  });
});
