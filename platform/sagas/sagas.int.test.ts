import { DBOS } from '@dbos-inc/dbos-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { until } from '#platform/testkit/until.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { currentTrace, runWithTrace, newTraceparent } from '#platform/telemetry/trace.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { defineSaga } from './defineSaga.ts';
import { startSagas, type SagaHost, type SagaRuntime } from './sagaHost.ts';
import type { Refused, StepCall } from './saga.ts';

/** What the steps did, by saga; and what they are to do instead. */
interface World extends SagaHost {
  readonly done: Map<string, string[]>;
  readonly failures: Map<string, number>;
  readonly refusals: Map<string, string>;
  /** How often `run`, or as `<id>:refused` what follows a refusal, is itself to break off. */
  readonly bugs: Map<string, number>;
  readonly traces: string[];
}

const lines: Record<string, unknown>[] = [];
const log = createLogger({
  level: 'info',
  readable: false,
  destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
});

const world: World = {
  name: 'kitchen',
  log,
  done: new Map(),
  failures: new Map(),
  refusals: new Map(),
  bugs: new Map(),
  traces: [],
};

const act =
  (name: string) =>
  async ({ domain, sagaId, key }: StepCall<World>): Promise<Refused | void> => {
    await Promise.resolve();
    const failures = domain.failures.get(key) ?? 0;
    if (failures > 0) {
      domain.failures.set(key, failures - 1);
      throw Object.assign(new Error('invalid input syntax for type uuid: "ada@example.com"'), {
        severity: 'ERROR',
        code: '22P02',
        detail: 'Failing row contains (ada@example.com).',
      });
    }
    domain.traces.push(currentTrace().traceparent);
    const reason = domain.refusals.get(key);
    if (reason) return { refused: reason };
    domain.done.set(sagaId, [...(domain.done.get(sagaId) ?? []), name]);
    return undefined;
  };
const undo = (name: string) =>
  [
    name,
    async (call: StepCall<World>) => {
      await act(name)(call);
    },
  ] as const;

const steps = {
  buy: { run: act('buy'), undo: undo('giveBack') },
  cook: { run: act('cook'), undo: undo('throwAway') },
  plain: { run: act('plain') },
  eat: { run: act('eat'), replaces: 'cook' },
  pay: { run: act('pay'), undo: undo('payBack'), replaces: 'buy' },
  last: { run: act('last') },
};

function breakOff(place: string): void {
  const bugs = world.bugs.get(place) ?? 0;
  world.bugs.set(place, bugs - 1);
  if (bugs > 0) throw new Error('not what was meant');
}

const dinner = defineSaga<World, { wait: boolean }, string, typeof steps>({
  name: 'dinner',
  steps,
  retry: { attempts: 2, firstPauseMs: 1, longestPauseMs: 5 },
  async run(saga, { wait }) {
    await saga.do('buy');
    await saga.do('cook');
    await saga.do('plain');
    breakOff(saga.id);
    if (wait) {
      const deadline = await saga.deadline(60);
      for (let message = await saga.receive(deadline); message !== 'enough'; message = await saga.receive(deadline)) {
        await saga.note(`heard ${message}`, act(`heard ${message}`));
      }
    }
    await saga.do('eat');
    await saga.do('pay');
    await saga.do('last');
  },
  async refused(saga, reason) {
    await saga.note('refused', act(`refused ${reason}`));
    breakOff(`${saga.id}:refused`);
  },
});

/** `dinner` after a change of its code, which puts a step between two others. */
const longerDinner = defineSaga<World, { wait: boolean }, string, typeof steps>({
  name: 'longerDinner',
  steps,
  async run(saga) {
    await saga.do('buy');
    const hasSalad = await saga.hasChange('a salad first');
    if (hasSalad) await saga.note('salad', act('salad'));
    await saga.do('cook');
    await saga.do('plain');
    const deadline = await saga.deadline(60);
    while ((await saga.receive(deadline)) !== 'enough');
    await saga.do('last');
  },
  refused: () => Promise.resolve(),
});

/** The beginning of `dinner` by operations of DBOS itself, with which sagas of earlier versions were recorded. */
const asBefore = DBOS.registerWorkflow(
  async (_recorded: unknown) => {
    const id = DBOS.workflowID!;
    for (const name of ['buy', 'cook', 'plain'] as const) {
      const attempt = async () => ({
        value: await act(name)({ domain: world, sagaId: id, run: world, key: `${id}:${name}` }),
      });
      await DBOS.runStep(attempt, { name });
    }
    const deadline = (await DBOS.now()) + 60_000;
    for (;;) {
      const message = await DBOS.recv<string>(undefined, { deadlineEpochMS: deadline });
      if (message === 'enough') return 'completed as before';
      const name = `heard ${message}`;
      await DBOS.runStep(
        async () => ({ value: await act(name)({ domain: world, sagaId: id, run: world, key: `${id}:${name}` }) }),
        {
          name,
        },
      );
    }
  },
  { name: 'dinnerAsBefore' },
);

let runtime: SagaRuntime;
let databaseUrl: string;

/** Stops the runtime, and starts it again as if the code of a saga had been exchanged meanwhile. */
async function exchangeCode(id: string, name: string): Promise<void> {
  await runtime.stop();
  const pool = testPool({ connectionString: databaseUrl, max: 1 });
  await pool.query('UPDATE dbos.workflow_status SET name = $2 WHERE workflow_uuid = $1', [id, name]);
  await pool.end();
  runtime = await startSagas({ databaseUrl, log: world.log, beatMs: 100 });
}

beforeAll(async () => {
  dinner.register(world);
  longerDinner.register(world);
  databaseUrl = (await databaseOf()).url;
  runtime = await startSagas({ databaseUrl, log: world.log });
});

afterAll(() => runtime.stop());

const outcomeOf = (id: string) => DBOS.getResult<string>(id, { timeoutSeconds: 20, pollingIntervalMs: 15 });

describe('a saga', () => {
  it('takes its steps in order, once, however often it is started', async () => {
    await Promise.all([dinner.start('plain', { wait: false }), dinner.start('plain', { wait: false })]);
    await dinner.start('plain', { wait: false });
    expect(await outcomeOf('plain')).toBe('completed');
    await dinner.start('plain', { wait: false });
    expect(world.done.get('plain')).toEqual(['buy', 'cook', 'plain', 'eat', 'pay', 'last']);
  });

  it.each([
    ['buy', ['refused NO']],
    ['cook', ['buy', 'refused NO', 'giveBack']],
    ['plain', ['buy', 'cook', 'refused NO', 'throwAway', 'giveBack']],
    ['eat', ['buy', 'cook', 'plain', 'refused NO', 'throwAway', 'giveBack']],
    ['pay', ['buy', 'cook', 'plain', 'eat', 'refused NO', 'giveBack']],
    ['last', ['buy', 'cook', 'plain', 'eat', 'pay', 'refused NO', 'payBack']],
  ])('refused at %s, undoes exactly the completed steps, the last one first', async (step, done) => {
    const id = `refused-${step}`;
    world.refusals.set(`${id}:${step}`, 'NO');
    await dinner.start(id, { wait: false });
    expect(await outcomeOf(id)).toBe('undone: NO');
    expect(world.done.get(id)).toEqual(done);
  });

  it('tries a step that fails again and again, beyond its rounds, and undoes as stubbornly', async () => {
    world.failures.set('stubborn:cook', 7);
    world.failures.set('stubborn:giveBack', 7);
    world.refusals.set('stubborn:plain', 'NO');
    await dinner.start('stubborn', { wait: false });
    expect(await outcomeOf('stubborn')).toBe('undone: NO');
    expect(world.done.get('stubborn')).toEqual(['buy', 'cook', 'refused NO', 'throwAway', 'giveBack']);
    const told = lines.filter(({ saga, level }) => saga === 'stubborn' && level === 'info');
    expect(told.map(({ step, outcome, refused }) => [step ?? outcome, refused].join(' ').trim())).toEqual([
      'buy',
      'cook',
      'plain NO',
      'refused',
      'throwAway',
      'giveBack',
      'undone: NO',
    ]);
  });

  it('takes back each thing by itself: what cannot be taken back yet keeps nothing else waiting, and is told of', async () => {
    world.failures.set('apart:throwAway', 1_000_000);
    world.refusals.set('apart:plain', 'NO');
    await dinner.start('apart', { wait: false });
    await until(() => world.done.get('apart')?.includes('giveBack'));
    await until(() => lines.some(({ saga, undo }) => saga === 'apart' && JSON.stringify(undo) === '["throwAway"]'));
    world.failures.delete('apart:throwAway');
    expect(await outcomeOf('apart')).toBe('undone: NO');
    expect(world.done.get('apart')).toEqual(['buy', 'cook', 'refused NO', 'giveBack', 'throwAway']);
  });

  it('keeps and tells of a failure no values of the database that failed', async () => {
    world.failures.set('discreet:cook', 3);
    await dinner.start('discreet', { wait: false });
    expect(await outcomeOf('discreet')).toBe('completed');
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client
      .query(`SELECT * FROM dbos.operation_outputs WHERE workflow_uuid = 'discreet'`)
      .finally(() => client.end());
    expect(JSON.stringify(rows)).toContain('invalid input syntax for type uuid (22P02)');
    expect(JSON.stringify(rows)).not.toContain('ada@');
    expect(JSON.stringify(lines)).not.toContain('ada@');
  });

  it('that breaks off in its own code is not given up: it goes on from its last step', async () => {
    world.bugs.set('broken', 2);
    await dinner.start('broken', { wait: false });
    expect(await outcomeOf('broken')).toBe('completed');
    expect(world.done.get('broken')).toEqual(['buy', 'cook', 'plain', 'eat', 'pay', 'last']);
  });

  it('that breaks off while it turns back is not given up either', async () => {
    world.refusals.set('brokenBack:plain', 'NO');
    world.bugs.set('brokenBack:refused', 2);
    await dinner.start('brokenBack', { wait: false });
    expect(await outcomeOf('brokenBack')).toBe('undone: NO');
    expect(world.done.get('brokenBack')).toEqual(['buy', 'cook', 'refused NO', 'throwAway', 'giveBack']);
  });

  it('hears each message once and in order, also those sent before it was started', async () => {
    await dinner.signal('heard', { wait: true }, 'a', 'event-1');
    await dinner.signal('heard', { wait: true }, 'a', 'event-1');
    await dinner.signal('heard', { wait: true }, 'b', 'event-2');
    await until(() => world.done.get('heard')?.includes('heard b'));
    await dinner.signal('heard', { wait: true }, 'b', 'event-2');
    await dinner.signal('heard', { wait: true }, 'enough', 'event-3');
    expect(await outcomeOf('heard')).toBe('completed');
    await dinner.signal('heard', { wait: true }, 'too late', 'event-4');
    expect(world.done.get('heard')).toEqual(['buy', 'cook', 'plain', 'heard a', 'heard b', 'eat', 'pay', 'last']);
  });

  it('works under the trace of the request that began it', async () => {
    const traceparent = newTraceparent();
    world.traces.length = 0;
    await runWithTrace({ ...currentTrace(), traceparent }, () => dinner.start('traced', { wait: false }));
    expect(await outcomeOf('traced')).toBe('completed');
    expect(new Set(world.traces)).toEqual(new Set([traceparent]));
  });

  it('goes on after a stop, whatever it was doing', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `stopped-${n}`);
    await Promise.all(ids.map((id) => dinner.start(id, { wait: false })));
    await runtime.stop();
    runtime = await startSagas({ databaseUrl, log: world.log, beatMs: 100 });
    expect(await Promise.all(ids.map(outcomeOf))).toEqual(ids.map(() => 'completed'));
  });

  it('goes on turning back after a stop, whatever it was undoing', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `turned-${n}`);
    for (const id of ids) world.refusals.set(`${id}:last`, 'NO');
    await Promise.all(ids.map((id) => dinner.start(id, { wait: false })));
    await until(() => ids.some((id) => world.done.get(id)?.includes('refused NO')));
    await runtime.stop();
    runtime = await startSagas({ databaseUrl, log: world.log, beatMs: 100 });
    expect(await Promise.all(ids.map(outcomeOf))).toEqual(ids.map(() => 'undone: NO'));
    for (const id of ids)
      expect(new Set(world.done.get(id))).toEqual(
        new Set(['buy', 'cook', 'plain', 'eat', 'pay', 'refused NO', 'payBack']),
      );
  });

  it('goes on though nobody knows the executor that had it', async () => {
    await dinner.start('nobodys', { wait: true });
    await until(() => world.done.get('nobodys')?.includes('plain'));
    await runtime.stop();
    const pool = testPool({ connectionString: databaseUrl, max: 1 });
    // Given up for lost once, it took this one, and died before it could say that it lived.
    await pool.query(
      `UPDATE dbos.workflow_status SET executor_id = 'given up', status = 'PENDING' WHERE workflow_uuid = 'nobodys'`,
    );
    await pool.query('DELETE FROM saga_host.executor');
    await pool.end();
    runtime = await startSagas({ databaseUrl, log: world.log, beatMs: 100 });
    await dinner.signal('nobodys', { wait: true }, 'enough', 'event-nobodys');
    expect(await outcomeOf('nobodys')).toBe('completed');
  });

  it('goes on from what a version that records by operations of DBOS has recorded', async () => {
    await DBOS.startWorkflow(asBefore, { workflowID: 'before' })({ input: { wait: true }, trace: currentTrace() });
    await DBOS.send('before', 'a', undefined, 'event-before-1');
    await until(() => world.done.get('before')?.includes('heard a'));
    // The next wait is under way, and its time limit recorded.
    await until(async () => (await DBOS.listWorkflowSteps('before'))?.some(({ functionID }) => functionID === 8));
    const recorded = await DBOS.listWorkflowSteps('before');
    await exchangeCode('before', 'dinner');
    world.bugs.set('before', 0);
    await dinner.signal('before', { wait: true }, 'enough', 'event-before-2');
    expect(await outcomeOf('before')).toBe('completed');
    expect(world.done.get('before')).toEqual(['buy', 'cook', 'plain', 'heard a', 'eat', 'pay', 'last']);
    const all = (await DBOS.listWorkflowSteps('before'))!;
    expect(all.filter(({ functionID }) => recorded!.some((each) => each.functionID === functionID))).toEqual(recorded);
    expect(all.map(({ functionID }) => functionID)).toEqual(all.map((_, index) => index));
  });

  it('can be given back to a version that records by operations of DBOS', async () => {
    await dinner.start('back', { wait: true });
    await dinner.signal('back', { wait: true }, 'a', 'event-back-1');
    await until(() => world.done.get('back')?.includes('heard a'));
    await exchangeCode('back', 'dinnerAsBefore');
    await DBOS.send('back', 'b', undefined, 'event-back-2');
    await DBOS.send('back', 'enough', undefined, 'event-back-3');
    expect(await outcomeOf('back')).toBe('completed as before');
    expect(world.done.get('back')).toEqual(['buy', 'cook', 'plain', 'heard a', 'heard b']);
  });

  it('goes by a change of its code unless it was beyond it before, and keeps to what it did', async () => {
    await dinner.start('beyond', { wait: true });
    await longerDinner.start('with', { wait: true });
    for (const id of ['beyond', 'with'])
      await until(async () => (await DBOS.listWorkflowSteps(id))?.some(({ name }) => name === 'DBOS.sleep'));
    const recorded = await DBOS.listWorkflowSteps('with');
    await exchangeCode('beyond', 'longerDinner');
    for (const id of ['beyond', 'with']) {
      await longerDinner.signal(id, { wait: true }, 'enough', `event-${id}`);
      expect(await outcomeOf(id)).toBe('completed');
    }
    expect(world.done.get('beyond')).toEqual(['buy', 'cook', 'plain', 'last']);
    expect(world.done.get('with')).toEqual(['buy', 'salad', 'cook', 'plain', 'last']);
    const kept = (await DBOS.listWorkflowSteps('with'))!.filter(({ functionID }) =>
      recorded!.some((each) => each.functionID === functionID),
    );
    expect(kept).toEqual(recorded);
    expect(recorded!.map(({ name }) => name)).toContain('DBOS.patch-a salad first');
  });

  it('is forgotten long after it ended, never while it runs', async () => {
    await dinner.start('ended', { wait: false });
    await dinner.start('waiting', { wait: true });
    expect(await outcomeOf('ended')).toBe('completed');
    await runtime.stop();
    runtime = await startSagas({ databaseUrl, log: world.log, keepDays: 0 });
    await until(async () => (await DBOS.getWorkflowStatus('ended')) === null);
    await dinner.signal('waiting', { wait: true }, 'enough', 'event-5');
    await until(() => world.done.get('waiting')?.includes('last'));
    // A step that was done when the runtime stopped, and not yet recorded, is done again.
    expect([...new Set(world.done.get('waiting'))]).toEqual(['buy', 'cook', 'plain', 'eat', 'pay', 'last']);
  });
});
