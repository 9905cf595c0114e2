import { Session, type Profiler } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { JWK } from 'jose';
import { answerCalls } from './childCalls.ts';
import type { Happening } from './benchDomain.ts';

export interface ServerSetup {
  readonly supergraph: string;
  /** The public key of the clients' tokens. */
  readonly clientKey: JWK;
}

/** A server under test: how to start it, and how to tell it about events. */
export interface Served {
  readonly port: number;
  happen(happening: Happening): void;
}

/** How much of the machine the server uses: bytes, and microseconds of CPU since it started. */
export interface Mark {
  readonly cpu: number;
  readonly rss: number;
  readonly heap: number;
}

const loopResolutionMs = 5;
const settleRounds = 4;

const mark = (): Mark => {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpu: user + system, rss, heap: heapUsed + external };
};

function serverCalls(begin: (setup: ServerSetup) => Promise<Served>) {
  let served: Served | undefined;
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  const session = new Session();
  session.connect();
  return {
    begin: async (setup: ServerSetup) => {
      served = await begin(setup);
      return served.port;
    },
    happen: (happenings: readonly Happening[]) => happenings.forEach((each) => served!.happen(each)),
    /**
     * Receives events as `happen` does, and drops them, so that the cost of the way from the bench to here can be
     * measured.
     */
    ignore: (_happenings: readonly Happening[]) => undefined,
    mark,
    /** The use after collecting garbage. */
    collected: (): Mark => {
      globalThis.gc!();
      return mark();
    },
    /** The same, after finalizers and other work that follows a garbage collection are done. */
    settle: async (): Promise<Mark> => {
      for (let round = 0; round < settleRounds; round += 1) {
        globalThis.gc!();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return mark();
    },
    /** The number of open connections. */
    sockets: () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length,
    watchLoop: () => {
      loop.enable();
      loop.reset();
    },
    /** By how many milliseconds timers were late since `watchLoop`. */
    loopDelay: () => {
      loop.disable();
      const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - loopResolutionMs);
      return { p99: late(loop.percentile(99)), max: late(loop.max) };
    },
    beginProfile: async () => {
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: 500 });
      await session.post('Profiler.start');
    },
    endProfile: async (): Promise<ProfileLine[]> => hottest((await session.post('Profiler.stop')).profile),
  };
}

export type ServerCalls = ReturnType<typeof serverCalls>;

/** To be called in the child process: serves, and reports what it uses. */
export const serveMeasured = (begin: (setup: ServerSetup) => Promise<Served>): void => answerCalls(serverCalls(begin));

interface ProfileLine {
  readonly name: string;
  /** The share of the samples that were not idle. */ readonly share: number;
}

/** Functions by the time spent in themselves. */
function hottest({ nodes, samples = [] }: Profiler.Profile): ProfileLine[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName || '(anonymous)'} ${url.replace(/^.*\/(node_modules\/(\.pnpm\/[^/]+\/node_modules\/)?)?(?=([^/]+\/){0,2}[^/]+$)/, '')}${url && `:${lineNumber + 1}`}`,
    ]),
  );
  const counts = new Map<string, number>();
  for (const id of samples) counts.set(names.get(id)!, (counts.get(names.get(id)!) ?? 0) + 1);
  counts.delete('(idle) ');
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 25)
    .map(([name, count]) => ({ name, share: count / all }));
}
