// The Node party of the tests: pantry.v1.Pantry on @grpc/grpc-js with @grpc/reflection (v1 and v1alpha).
//
// node pantry.js FOLDER-OF-PROTOS [CERTIFICATE KEY]: over TLS with these PEM files, else in plaintext. Prints its port as one line when it listens; ends when its standard input closes, on
// SIGTERM, or after half an hour.
'use strict';

const fs = require('node:fs');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const { ReflectionService } = require('@grpc/reflection');

const LONGEST_LIFE_MS = 30 * 60 * 1000;
const [protos, certificate, key] = process.argv.slice(2);

const definition = loader.loadSync('pantry/v1/pantry.proto', {
  includeDirs: [protos],
  keepCase: true,
  longs: String,
  enums: String,
  oneofs: true,
});
const { pantry } = grpc.loadPackageDefinition(definition);

function cook(call, answer) {
  const headers = new grpc.Metadata();
  headers.set('x-cook', 'node');
  call.sendMetadata(headers);
  if (call.request.display_name === 'nothing') {
    const trailers = new grpc.Metadata();
    trailers.set('x-reason', 'empty');
    answer({ code: grpc.status.FAILED_PRECONDITION, details: 'nothing to cook: 没有', metadata: trailers });
    return;
  }
  answer(null, call.request);
}

function watch(call) {
  for (let i = 0; i < call.request.how_many; i += 1) {
    call.write({ amounts: { rice: { in_grams: i } }, best_kept: 'KEEPING_COLD' });
  }
  call.end();
}

const server = new grpc.Server();
server.addService(pantry.v1.Pantry.service, { Cook: cook, Watch: watch });
new ReflectionService(definition).addToServer(server);
const credentials = certificate
  ? grpc.ServerCredentials.createSsl(null, [{ cert_chain: fs.readFileSync(certificate), private_key: fs.readFileSync(key) }])
  : grpc.ServerCredentials.createInsecure();
server.bindAsync('127.0.0.1:0', credentials, (error, port) => {
  if (error) {
    console.error(error.message);
    process.exit(1);
  }
  console.log(port);
});

const end = () => {
  server.forceShutdown();
  process.exit(0);
};
process.on('SIGTERM', end);
process.stdin.on('end', end).on('error', end).resume();
setTimeout(end, LONGEST_LIFE_MS).unref();
