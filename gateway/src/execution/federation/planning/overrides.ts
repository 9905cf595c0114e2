import { createHash } from 'node:crypto';

/**
 * The labels of progressive overrides that hold for a caller. Of `percent(n)`, a caller is always on the same side, and
 * n of a hundred callers are on the new one; a label of another form is not for us to decide, and never holds.
 */
export function overridesFor(labels: ReadonlySet<string>, callerKey: string): ReadonlySet<string> {
  if (labels.size === 0) return none;
  return new Set([...labels].filter((label) => holds(label, callerKey)));
}

const none: ReadonlySet<string> = new Set();

function holds(label: string, callerKey: string): boolean {
  const percent = Number(/^percent\((.*)\)$/.exec(label)?.[1] ?? 0);
  // Of one label only: who is first in one rollout is not first in every other.
  const hash = createHash('sha256').update(`${label}\n${callerKey}`).digest().readUInt32BE(0);
  return (hash / 2 ** 32) * 100 < percent;
}
