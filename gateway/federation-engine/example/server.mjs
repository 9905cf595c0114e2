// SUPERGRAPH=supergraph.graphql node example/server.mjs: any Federation 2 supergraph behind Apollo Server.
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { RemoteDataSource, createEngineGateway, stringifyResult } from '@drburger/federation-engine';

const file = process.env.SUPERGRAPH ?? 'supergraph.graphql';

const gateway = createEngineGateway({
  // The file is served again whenever it changes. A string would do, too: `supergraphSdl: readFileSync(file, 'utf8')`.
  supergraphSdl: ({ update }) => {
    const changed = () => {
      try {
        update(readFileSync(file, 'utf8'));
        console.log(`serving ${file} as it is now`);
      } catch (error) {
        // Perhaps it is not written to its end yet: the supergraph before goes on being served.
        console.error(`${file} cannot be served: ${error.message}`);
      }
    };
    watchFile(file, { interval: 1_000 }, changed);
    return Promise.resolve({
      supergraphSdl: readFileSync(file, 'utf8'),
      cleanup: () => Promise.resolve(unwatchFile(file, changed)),
    });
  },
  buildService: ({ url }) =>
    new RemoteDataSource({
      url,
      willSendRequest: ({ request, context }) => {
        if (context.authorization) request.http.headers.set('authorization', context.authorization);
      },
    }),
  exactNumbers: true,
});

const server = new ApolloServer({ gateway, stringifyResult });
const { url } = await startStandaloneServer(server, {
  listen: { port: Number(process.env.PORT ?? 4000) },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
console.log(`serving ${file} at ${url}`);
