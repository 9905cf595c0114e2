import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bySecrets, receiveWebhooks } from '../../../clients/webhook-receiver/src/receiveWebhooks.ts';
import { webhookCommand } from '../pages/portal/webhookCommand.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;

it('sends a message that the receiver of partners takes, and no longer with another secret or after an hour', async () => {
  const taken: unknown[] = [];
  const receive = receiveWebhooks({
    isOurs: bySecrets([secret]),
    take: (message, id) => Promise.resolve(void taken.push([id, message])),
    wasTaken: () => Promise.resolve(false),
  });
  const server = createServer(receive);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const receiver = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const message = { type: 'store.closed', data: { name: "Bob's" } };
  const statusOf = async (command: string) => (await promisify(execFile)('bash', ['-c', `${command} -s`])).stdout;
  try {
    expect(await statusOf(await webhookCommand({ message, receiver, secret }, 'one'))).toContain('204');
    expect(taken).toEqual([['one', message]]);
    const other = `whsec_${randomBytes(32).toString('base64')}`;
    expect(await statusOf(await webhookCommand({ message, receiver, secret: other }))).toContain('401');
    const hourAgo = Math.floor(Date.now() / 1_000) - 3_600;
    expect(await statusOf(await webhookCommand({ message, receiver, secret }, 'two', hourAgo))).toContain('401');
  } finally {
    server.close();
  }
});

it('says what a secret looks like', async () => {
  await expect(webhookCommand({ message: {}, receiver: 'http://localhost/', secret: 'mine' })).rejects.toThrow(
    'whsec_',
  );
});
