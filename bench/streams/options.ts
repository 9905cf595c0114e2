import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { StartupError } from '#platform/config/startupError.ts';
import type { Command } from '../../scripts/system/commandLine.ts';
import type { ParsedFlags } from '../../scripts/system/flags.ts';

const scenarios = ['fanout', 'one-each', 'storm', 'stalled', 'documents'];

export const command: Command = {
  name: 'bench:streams',
  does: 'what subscriptions cost, on one process: a served channel, and graphql-ws with an in-memory pub/sub beside it.',
  flags: {
    '--only <list>': `of ${scenarios.join(', ')} (all)`,
    '--subscribers <list>': 'counts (1000,5000,10000); storm and stalled take the largest',
    '--seconds <n>': 'of each measurement (5)',
    '--turns <n>': 'of each server, in fanout, one-each and documents (5)',
    '--documents <list>': 'how many that differ (1,10,100,1000)',
    '--callers <one|each>': 'whether all clients are one caller; default: one, but each its own in a storm',
    '--loads <n>': 'processes that play the clients (1 on two cores, else 2)',
    '--without-plain': 'the channel alone',
    '--profile': 'prints where the server’s time goes; not of stalled',
    '--json <file>': 'writes the figures',
  },
  more: `fanout: commit to last subscriber over the events, CPU, loop delay, memory. one-each: the same. storm: until all are acknowledged and have their
snapshot, then again with cursors. stalled: growth of memory, evictions, the others. documents: the cost of 1, 10, 100, 1,000 different ones.

In fanout, one-each and documents both servers run side by side with all their subscribers and take turns, so that what else the machine does meets both.
In each turn a server makes its events itself and drops them (what it takes idle), then makes as many and delivers them; CPU is that of the server's process
and the second less the first, the median of the turns with the least and the most beside it, and that of the thread which runs JavaScript. Garbage is
collected before each turn, and events are sent until the code is compiled. Neither pings. Memory is the server's RSS after collecting
garbage without V8's young generation (up to 128 MB, which does not depend on the number of sockets), less the same before the sockets came. The load comes from the same machine.`,
  examples: ['bench:streams --only fanout --subscribers 1000'],
};

export interface Options {
  readonly only: readonly string[] | undefined;
  readonly subscribers: readonly number[];
  readonly seconds: number;
  readonly turns: number;
  readonly documents: readonly number[];
  readonly callers: string | undefined;
  readonly loads: number;
  readonly profile: boolean;
  readonly plain: boolean;
  readonly json: string | undefined;
}

export function optionsOf({ settings, switches }: ParsedFlags): Options {
  const {
    ONLY,
    SUBSCRIBERS = '1000,5000,10000',
    SECONDS = '5',
    TURNS = '5',
    DOCUMENTS = '1,10,100,1000',
    CALLERS,
    LOADS = availableParallelism() > 2 ? '2' : '1',
    JSON: json,
  } = settings;
  const only = ONLY?.split(',');
  const unknown = only?.find((each) => !scenarios.includes(each));
  if (unknown !== undefined)
    throw new StartupError(`"${unknown}" is nothing that --only can name: ${scenarios.join(', ')}.`);
  return {
    only,
    subscribers: SUBSCRIBERS.split(',').map(Number),
    seconds: Number(SECONDS),
    turns: Number(TURNS),
    documents: DOCUMENTS.split(',').map(Number),
    loads: Number(LOADS),
    callers: CALLERS,
    json,
    profile: switches.has('profile'),
    plain: !switches.has('without-plain'),
  };
}

/** How many files a process may have open, which limits the sockets of the server. */
export function fileLimit(): number {
  const line = /^Max open files\s+(\S+)\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return line?.[2] === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line?.[2] ?? Number.POSITIVE_INFINITY);
}
