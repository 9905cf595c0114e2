import { readFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import type { JWK } from 'jose';
import { answerCalls } from './childCalls.ts';
import type { Happening } from './benchDomain.ts';

export interface ServerSetup {
  readonly supergraph: string;
  /** The public key of the clients' tokens. */
  readonly clientKey: JWK;
  /** Whether it pings its clients, as often as it does by default. */
  readonly pings: boolean;
}

/** A server under test: how to start it, and how to tell it about events. */
export interface Served {
  readonly port: number;
  happen(happening: Happening): void;
}

/** Events at a steady pace, which the server makes itself: their way here would cost as much as the work on them. */
export interface Pace {
  readonly perSecond: number;
  readonly seconds: number;
  readonly kind: Happening['kind'];
  readonly id: string;
  /** If given, there are so many ids, `id` with a number behind it, and the events go round them. */
  readonly ids?: number;
  /** Whether the events are made and then dropped, so that the cost of making them is measured. */
  readonly isIdle: boolean;
}

/** Neighbours lie far apart, so that all processes that play clients have a share of the events. */
const stride = 7_919;

/** How much of the machine the server uses: bytes, and microseconds of CPU since it started. */
export interface Mark {
  readonly cpu: number;
  /** That of the thread which runs JavaScript; the rest is of those that collect garbage and compile. */
  readonly mainCpu: number;
  /** Without V8's young generation: how large that is depends on what was done, not on how many sockets there are. */
  readonly rss: number;
  readonly heap: number;
}

const loopResolutionMs = 5;
const settleRounds = 4;

const mark = (): Mark => {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpu: user + system, mainCpu: mainThreadCpu(), rss: rss - youngGeneration(), heap: heapUsed + external };
};

const youngGeneration = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')!.physical_space_size;

/** The first number is the time for which the thread has run, in nanoseconds. */
const mainThreadCpu = (): number =>
  Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1_000;

function serverCalls(begin: (setup: ServerSetup) => Promise<Served>) {
  let served: Served | undefined;
  let round = 0;
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  const session = new Session();
  session.connect();
  return {
    begin: async (setup: ServerSetup) => {
      served = await begin(setup);
      return served.port;
    },
    happen: (happenings: readonly Happening[]) => happenings.forEach((each) => served!.happen(each)),
    /** Publishes events for so many seconds, whole ones, and returns their times. */
    play: async ({ perSecond, seconds, kind, id, ids, isIdle }: Pace): Promise<number[]> => {
      const published: number[] = [];
      const began = performance.now();
      const dueAt = (count: number) => began + (count * 1_000) / perSecond;
      while (published.length < seconds * perSecond) {
        for (; published.length < seconds * perSecond && dueAt(published.length) <= performance.now(); round += 1) {
          const happening = {
            kind,
            id: ids === undefined ? id : `${id}${(round * stride) % ids}`,
            at: uniqueTime(published.at(-1)),
          };
          if (!isIdle) served!.happen(happening);
          published.push(happening.at);
        }
        await pause(Math.max(1, dueAt(published.length) - performance.now()));
      }
      return published;
    },
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

/** An event is identified by its time. */
export function uniqueTime(last = 0): number {
  const at = Math.round((performance.timeOrigin + performance.now()) * 1_000) / 1_000;
  return Math.max(at, last + 0.001);
}

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
