import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import kiosk from '#bffs/kiosk/channel.ts';
import { runChannel } from '#gateway/serve/runChannel.ts';
import { fixture } from '#gateway/testkit/fixtureGraph.ts';
import { sdlOf } from '#platform/subgraph/sdl.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { mockSubgraph } from '#sandbox/mockSubgraph/mockSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { activate, publish, retire } from '../../scripts/documents/releases.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** No document of the channel itself asks for this field. */
const text = 'query ItemAlone($id: ID!) { menuItem(id: $id) { id name } }';
const menu = 'subgraphs/menu/schema.graphql';

describe('a release of a client, in a copy of the repository', () => {
  const copy = temporaryFolder('copy');
  const lines = (program: string, args: readonly string[], cwd: string): string[] =>
    execFileSync(program, args, { cwd, encoding: 'utf8' }).split('\n').filter(Boolean);
  const git = (...args: string[]): string[] =>
    lines('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], copy);
  const commit = (message: string): void => {
    git('add', '-A', '--', '.', ':!node_modules');
    git('commit', '-q', '-m', message);
  };
  const run = (...args: string[]) =>
    new Promise<{ readonly status: number; readonly told: string }>((resolve) =>
      execFile(
        process.execPath,
        ['--import', 'tsx', ...args],
        { cwd: copy, maxBuffer: 10_000_000 },
        (error, stdout, stderr) => resolve({ status: Number(error?.code ?? 0), told: `${stdout}${stderr}` }),
      ),
    );
  const documents = (verb: string, client: string, ...args: string[]) =>
    run('scripts/documents.ts', verb, '--channel', 'kiosk', '--client', client, ...args);
  const check = () => run('scripts/schemaCheck.ts', '--against', 'HEAD');

  /** What the channel answers to a device of this build, in production. */
  async function send(): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
    const { identity, token } = await fixture();
    const channel = await runChannel(
      { ...kiosk, pages: [], directory: pathToFileURL(`${copy}/bffs/kiosk/`) },
      {
        profile: 'production',
        port: 0,
        host: '127.0.0.1',
        identity,
        log: pino({ level: 'silent' }),
        subgraphCall: (name) =>
          mockSubgraph({ name, sdl: sdlOf(pathToFileURL(`${root}/subgraphs/${name}/`)), identity }),
      },
    );
    try {
      const authorization = `Bearer ${await token('kiosk', 'device', { bindings: { store: seedId('store', 1) } })}`;
      const response = await fetch(channel.url, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ documentId: 'item-alone-1', variables: { id: seedId('menuItem', 'cheeseburger') } }),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Record<string, unknown>,
      };
    } finally {
      await channel.close();
    }
  }

  beforeAll(() => {
    for (const path of lines('git', ['ls-files', '--cached', '--others', '--exclude-standard'], root)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(root, path), join(copy, path), { force: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    // The generated files are copied, so that `generate` makes only what changes.
    cpSync(join(root, 'generated'), join(copy, 'generated'), { recursive: true });
    git('init', '-q');
    commit('before');
  });

  it('is broken by a change of the schema, which names it, until it is retired and its sunset is past', async () => {
    expect(await run('scripts/documents.ts', 'publsh')).toMatchObject({
      status: 1,
      told: expect.stringContaining('"publsh" is not understood: list, publish,') as string,
    });
    const manifest = join(copy, 'persisted-documents.json');
    writeFileSync(manifest, JSON.stringify({ 'item-alone-1': text }));
    expect(await documents('publish', 'kiosk-app@1.0.0', '--manifest', manifest)).toMatchObject({ status: 0 });
    activate({ channel: 'kiosk', client: 'kiosk-app@1.0.0', root: copy });
    writeFileSync(manifest, JSON.stringify({ 'other-2': 'query Other { kiosk { deviceId } }' }));
    const newer = { channel: 'kiosk', client: 'kiosk-app@2.0.0', root: copy };
    await publish({ ...newer, manifest });
    activate(newer);
    commit('publish kiosk-app 1.0.0 and 2.0.0');

    const answer = await send();
    expect([answer.status, answer.headers.get('sunset')]).toEqual([200, null]);
    expect(answer.body).toMatchObject({ data: { menuItem: { id: seedId('menuItem', 'cheeseburger') } } });

    const sdl = readFileSync(join(copy, menu), 'utf8');
    const withdrawn = sdl.replace(/( {2}menuItem\(.*?\): MenuItem .*?) @tag\(name: "kiosk"\)/, '$1');
    expect(withdrawn).not.toBe(sdl);
    writeFileSync(join(copy, menu), withdrawn);
    const broken = await check();
    expect(broken.status).toBe(1);
    const [, finding = ''] = /(breaks\s.*Query\.menuItem[^]*?)\n(?:\S|\n)/.exec(broken.told) ?? [];
    for (const named of ['kiosk-app', '1.0.0', 'ItemAlone', '@drburger/kiosk', `${menu}:`])
      expect(finding).toContain(named);
    expect(broken.told).not.toContain('2.0.0');

    const sunset = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000);
    const end = { channel: 'kiosk', client: 'kiosk-app@1.0.0', root: copy, successor: 'kiosk-app@2.0.0' };
    retire({ ...end, sunset: sunset.toISOString() });
    const ending = await send();
    expect([ending.status, ending.headers.get('sunset')]).toEqual([200, sunset.toUTCString()]);
    expect(ending.headers.get('deprecation')).toMatch(/^@\d{10}$/);

    const past = new Date(Date.now() - 1_000);
    retire({ ...end, sunset: past.toISOString() });
    expect(await send()).toMatchObject({
      status: 410,
      body: {
        errors: [
          { extensions: { code: 'DOCUMENT_RETIRED', sunset: past.toISOString(), successor: 'kiosk-app@2.0.0' } },
        ],
      },
    });
    // What was executed yesterday is judged, too: the end of the release is a commit of its own, before the change.
    git('add', 'bffs/kiosk/releases');
    git('commit', '-q', '-m', 'end kiosk-app 1.0.0');
    expect(await check()).toMatchObject({ status: 0 });
  }, 480_000);
});
