import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafkaBroker, type KafkaBroker } from './kafkaBroker.ts';

/**
 * Vitest's global set-up: one Kafka broker for the whole run, started when the first test asks for it through a socket,
 * and gone afterwards, however the run ends. A run without such tests starts none.
 */
export default async function kafkaSetup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['TEST_KAFKA']) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'drburger-kafka-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  process.once('exit', remove);
  let broker: Promise<KafkaBroker> | undefined;
  const server = createServer((socket) => {
    broker ??= startKafkaBroker({ folder: join(folder, 'broker') });
    broker.then(
      ({ brokers }) => socket.end(JSON.stringify({ brokers })),
      (error: Error) => socket.end(JSON.stringify({ error: error.message })),
    );
    socket.on('error', () => undefined);
  });
  process.env['TEST_KAFKA'] = join(folder, 'socket');
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(process.env['TEST_KAFKA'], resolve));
  return async () => {
    delete process.env['TEST_KAFKA'];
    server.close();
    // Nobody needs its data.
    await broker?.then(
      ({ stop }) => stop('SIGKILL'),
      () => undefined,
    );
    process.off('exit', remove);
    remove();
  };
}
