import { createServer } from 'node:http';
import { receiveWebhooks } from './receiveWebhooks.ts';

/** Tells what comes, one line a message: `WEBHOOK_SECRET=whsec_… npx tsx serve.ts`. A real one keeps ids in a table. */
const taken = new Set<string>();
const port = Number(process.env['PORT'] ?? 9000);
createServer(
  receiveWebhooks({
    secrets: (process.env['WEBHOOK_SECRET'] ?? '').split(',').filter((secret) => secret !== ''),
    wasTaken: (id) => Promise.resolve(taken.has(id)),
    take(message, id, cursor) {
      taken.add(id);
      console.log(JSON.stringify({ id, cursor, ...message }));
      return Promise.resolve();
    },
  }),
).listen(port, '127.0.0.1', () => console.log(`receiving on http://127.0.0.1:${port}/`));
