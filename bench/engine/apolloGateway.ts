import { readFileSync } from 'node:fs';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { endOnError } from '#platform/telemetry/endOnError.ts';

endOnError('bench:engine, @apollo/gateway');

/** `@apollo/gateway` behind Apollo Server, as its documentation has it. */
const server = new ApolloServer({
  gateway: new ApolloGateway({ supergraphSdl: readFileSync(process.env['SUPERGRAPH']!, 'utf8') }),
});
await startStandaloneServer(server, { listen: { port: Number(process.env['PORT']), host: '127.0.0.1' } });
console.log('serving');
