import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { localUrl } from './localUrl.ts';

it.each([
  ['127.0.0.1', 'localhost'],
  ['0.0.0.0', 'localhost'],
  ['127.31.7.4', '127.31.7.4'],
])('a server that listens at %s is reached at %s', async (host, reached) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  expect(localUrl(server)).toBe(`http://${reached}:${port}`);
  server.close();
});
