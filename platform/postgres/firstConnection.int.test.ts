import { expect, it } from 'vitest';
import { StartupError } from '#platform/config/startupError.ts';
import { emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { startTcpProxy } from '#platform/testkit/tcpProxy.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { firstConnection } from './firstConnection.ts';
import { migrate } from './migrate.ts';

const address = async (change: (url: URL) => void): Promise<string> => {
  const url = new URL((await emptyDatabase()).url);
  change(url);
  return url.href;
};

it('says in one line of a server that is not there, and of one that does not let us in, which one and what to do', async () => {
  const port = await freePortBlock(1);
  const absent = migrate(
    await address((url) => {
      url.host = `127.0.0.1:${port}`;
    }),
    'none',
  );
  await expect(absent).rejects.toBeInstanceOf(StartupError);
  await expect(absent).rejects.toThrow(
    new RegExp(
      `^PostgreSQL at 127\\.0\\.0\\.1:${port} is not reached \\(connect ECONNREFUSED [^\\n]+\\): start it; DATABASE_HOST and DATABASE_PORT say where it is looked for\\.$`,
    ),
  );
  // Of a name with two addresses, both are tried.
  await expect(
    firstConnection(
      await address((url) => {
        url.host = `localhost:${port}`;
      }),
    ),
  ).rejects.toThrow(new RegExp(`^PostgreSQL at localhost:${port} is not reached \\([^\\n)]+\\): start it`));
  await expect(
    firstConnection(
      await address((url) => {
        url.password = 'guessed';
      }),
    ),
  ).rejects.toThrow(
    /^PostgreSQL at \S+:\d+ does not let test into the database \S+ \(password authentication failed for user "test"\): check the password; [^\n]+$/,
  );
  await expect(
    firstConnection(
      await address((url) => {
        url.pathname = '/none';
      }),
    ),
  ).rejects.toThrow(/\(database "none" does not exist\): check the password; "serve databases" makes [^\n]+$/);
  await expect(
    firstConnection(
      await address((url) => {
        url.searchParams.set('sslmode', 'verify-full');
      }),
    ),
  ).rejects.toThrow(/cannot be connected to \([^\n]* SSL [^\n]*\): [^\n]+DATABASE_SSLMODE[^\n]+$/);
});

it('says in one line of a server that has taken the connection, and not answered', async () => {
  const url = new URL((await emptyDatabase()).url);
  const line = await startTcpProxy({ port: Number(url.port) });
  line.stall();
  url.port = String(line.port);
  await expect(firstConnection(url.href, 100)).rejects.toThrow(
    `PostgreSQL at 127.0.0.1:${line.port} has not answered within 0.1 s: see whether it is well; DATABASE_HOST`,
  );
  await line.close();
});
