import { readFileSync, writeFileSync } from 'node:fs';
import { armFailPoint } from '#platform/faults/failPoint.ts';

/** A fail point at which a process dies, and what its environment has beside that of all. */
export interface Doom {
  readonly point: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * `serve`, with the arguments of this process. It takes the next fail point from the file FAIL_POINTS (a JSON list) and
 * dies there; the process that follows takes the one after it.
 */
const file = process.env['FAIL_POINTS'] ?? '';
const [next, ...rest] = JSON.parse(readFileSync(file, 'utf8')) as Doom[];
writeFileSync(file, JSON.stringify(rest));
Object.assign(process.env, next?.env);
armFailPoint(next?.point);
console.log(`armed with ${next?.point ?? 'no fail point'}`);
await import('../../scripts/serve.ts');
