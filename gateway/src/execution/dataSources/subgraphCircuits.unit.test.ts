import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BrokenCircuitError } from '#platform/outward/circuit.ts';
import { SubgraphCircuit, SubgraphCircuits } from './subgraphCircuits.ts';
import { UnusableAnswer } from './unusableAnswer.ts';

const policy = { failures: 3, openMs: 1_000, patienceMs: 5_000 };
const stays = () => new AbortController().signal;

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const silent = () => Promise.reject(new Error('connection refused'));
const hangs = () => new Promise<never>(() => undefined);
const answers = () => Promise.resolve('an answer');
/** Sends so many requests one after the other, and tells what became of the last. */
async function times(count: number, circuit: SubgraphCircuit, request: () => Promise<unknown>) {
  let last: unknown;
  for (let at = 0; at < count; at += 1) last = await circuit.send(request, stays()).catch((error: unknown) => error);
  return last;
}

describe('the circuit of a subgraph', () => {
  it('opens after failures in a row: nothing is sent any more, and who asks is told at once', async () => {
    const circuit = new SubgraphCircuit(policy);
    await times(2, circuit, silent);
    await times(1, circuit, answers);
    await times(2, circuit, silent);
    expect(circuit.position).toBe('closed');
    await times(1, circuit, silent);
    expect(circuit.position).toBe('open');
    const request = vi.fn(answers);
    expect(await times(5, circuit, request)).toBeInstanceOf(BrokenCircuitError);
    expect(request).not.toHaveBeenCalled();
  });

  it('lets one request try after a while, no other one waits for it, and an answer closes it', async () => {
    const circuit = new SubgraphCircuit(policy);
    await times(3, circuit, silent);
    let answer = (): void => undefined;
    const held = vi.fn(() => new Promise<string>((resolve) => (answer = () => resolve('back'))));
    vi.advanceTimersByTime(policy.openMs);
    const tried = circuit.send(held, stays());
    expect(circuit.position).toBe('trying');
    expect(await times(1, circuit, answers)).toBeInstanceOf(BrokenCircuitError);
    answer();
    expect(await tried).toBe('back');
    expect(circuit.position).toBe('closed');
    expect(held).toHaveBeenCalledOnce();
  });

  it('stays open when the request that tries is given up, however early', async () => {
    const circuit = new SubgraphCircuit(policy);
    await times(3, circuit, silent);
    const client = new AbortController();
    vi.advanceTimersByTime(policy.openMs);
    const tried = circuit.send(hangs, client.signal);
    expect(circuit.position).toBe('trying');
    client.abort();
    await expect(tried).rejects.toThrow('nobody waits');
    expect(circuit.position).toBe('open');
  });

  it('opens when nothing comes for long, and not when clients go early', async () => {
    const circuit = new SubgraphCircuit(policy);
    const leaveAfter = async (ms: number) => {
      const client = new AbortController();
      const sent = circuit.send(hangs, client.signal).catch(() => undefined);
      vi.advanceTimersByTime(ms);
      client.abort();
      await sent;
    };
    for (let at = 0; at < 10; at += 1) await leaveAfter(policy.patienceMs - 1);
    expect(circuit.position).toBe('closed');
    for (let at = 0; at < 3; at += 1) await leaveAfter(policy.patienceMs);
    expect(circuit.position).toBe('open');
  });

  it('takes what is no GraphQL, or too long, for an answer to that request alone', async () => {
    const circuit = new SubgraphCircuit(policy);
    await times(10, circuit, () => Promise.reject(new UnusableAnswer('413, text/html')));
    const tooLong = Object.assign(new Error('too long'), { code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
    await times(10, circuit, () => Promise.reject(tooLong));
    expect(circuit.position).toBe('closed');
  });

  it('is one for each subgraph, which tells of those that do not answer', async () => {
    const circuits = new SubgraphCircuits(pino({ level: 'silent' }), policy);
    expect([circuits.of('menu'), circuits.notAnswering]).toEqual([circuits.of('menu'), []]);
    circuits.of('orders');
    await times(3, circuits.of('menu'), silent);
    expect(circuits.notAnswering).toEqual(['menu']);
  });
});
