import { PassThrough } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { readBody } from './body.ts';
import { Refusal } from '../../errors/refusal.ts';

it('whose client goes before its end is refused with 400, and not as our error', async () => {
  const request = Object.assign(new PassThrough(), { headers: {} });
  request.write('{"query":');
  const body = readBody(request as unknown as IncomingMessage, 100);
  request.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
  const error = await body.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refusal);
  expect((error as Refusal).status).toBe(400);
});
