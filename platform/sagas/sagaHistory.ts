import { DBOS } from '@dbos-inc/dbos-sdk';
import { codeOf, type TimelineEntry } from '#platform/subgraph/timeline.ts';
import { traceIdOf } from '#platform/telemetry/trace.ts';

interface HistoryOf {
  readonly saga: string;
  /** The names of its undos. */
  readonly undos: ReadonlySet<string>;
  readonly id: string;
}

const mostSteps = 500;

type StepInfo = NonNullable<Awaited<ReturnType<typeof DBOS.listWorkflowSteps>>>[number];

/** A saga and its steps as DBOS has recorded them. A step is recorded once it has ended; one under way is not told. */
export async function sagaHistory({ saga, undos, id }: HistoryOf): Promise<TimelineEntry[]> {
  const status = await DBOS.getWorkflowStatus(id);
  if (status?.workflowName !== saga) return [];
  const steps = (await DBOS.listWorkflowSteps(id, { limit: mostSteps })) ?? [];
  const names = new Map(steps.map(({ functionID, name }) => [functionID, name]));
  const [recorded] = (status.input ?? []) as [{ readonly trace?: { readonly traceparent?: string } }?];
  const traceparent = recorded?.trace?.traceparent;
  const traceId = traceparent && traceIdOf(traceparent);
  return [
    {
      kind: 'SAGA',
      name: saga,
      at: status.createdAt,
      endedAt: status.completedAt,
      outcome: status.status,
      detail: typeof status.output === 'string' ? status.output : undefined,
      traceId,
    },
    ...steps.flatMap((step) =>
      entriesOf(step, undos, names.get(step.functionID - 1)).map((entry) => ({ ...entry, traceId })),
    ),
  ];
}

/**
 * DBOS records a step once it has ended. A wait for news it records then, too, and right behind its number the instant
 * at which it gives up, as soon as it begins: so a wait that is under way is known by that instant alone.
 */
function entriesOf(step: StepInfo, undos: ReadonlySet<string>, before: string | undefined): TimelineEntry[] {
  const { name, output } = step;
  const at = step.startedAtEpochMs ?? 0;
  const endedAt = step.completedAtEpochMs;
  if (name === 'DBOS.recv') return [{ kind: 'WAIT', name: 'news', at, endedAt, ...told(output) }];
  if (name === 'DBOS.sleep') {
    const until = Number(output);
    if (before === undefined)
      return [{ kind: 'WAIT', name: 'news', at, detail: `until ${new Date(until).toISOString()}` }];
    return before === 'DBOS.recv' ? [] : [{ kind: 'WAIT', name: 'pause', at, endedAt: until }];
  }
  if (name.startsWith('DBOS.')) return [];
  return [{ kind: undos.has(name) ? 'UNDO' : 'STEP', name, at, endedAt, ...told(output) }];
}

/** What a step has come to, or which news was heard. A failure has a reason for operators, without values. */
function told(output: unknown): Pick<TimelineEntry, 'outcome' | 'detail'> {
  if (typeof output !== 'object' || output === null) return {};
  const { failed, value, news } = output as { failed?: unknown; value?: unknown; news?: unknown };
  if (typeof failed === 'string') return { outcome: 'FAILED', detail: failed };
  const refused = (value as { refused?: unknown } | null | undefined)?.refused;
  if (refused !== undefined) return { outcome: 'REFUSED', detail: codeOf(refused) };
  return { outcome: codeOf(news) ?? ('value' in output ? 'DONE' : undefined) };
}
