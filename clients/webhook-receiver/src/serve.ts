import { createServer } from 'node:http';
import { bySecrets, byToken, receiveWebhooks } from './receiveWebhooks.ts';

/**
 * Tells what comes, one line a message: `WEBHOOK_SECRET=whsec_… npx tsx serve.ts`, or without a secret
 * `WEBHOOK_JWKS_URL=…/.well-known/jwks.json WEBHOOK_ENDPOINT_ID=… npx tsx serve.ts`. A real one keeps ids in a table.
 */
const { WEBHOOK_SECRET = '', WEBHOOK_JWKS_URL: jwksUrl, WEBHOOK_ENDPOINT_ID: endpointId, PORT = '9000' } = process.env;
if (WEBHOOK_SECRET === '' && !(jwksUrl && endpointId))
  throw new Error('Set WEBHOOK_SECRET, or WEBHOOK_JWKS_URL and WEBHOOK_ENDPOINT_ID.');
const taken = new Set<string>();
const port = Number(PORT);
createServer(
  receiveWebhooks({
    isOurs: jwksUrl && endpointId ? byToken(jwksUrl, endpointId) : bySecrets(WEBHOOK_SECRET.split(',')),
    wasTaken: (id) => Promise.resolve(taken.has(id)),
    take(message, id, cursor) {
      taken.add(id);
      console.log(JSON.stringify({ id, cursor, ...message }));
      return Promise.resolve();
    },
  }),
).listen(port, '127.0.0.1', () => console.log(`receiving on http://127.0.0.1:${port}/`));
