import type { Logger } from 'pino';
import { Circuit, type CircuitPolicy, type CircuitPosition } from '#platform/outward/circuit.ts';
import { UnusableAnswer } from './unusableAnswer.ts';

export interface SubgraphCircuitPolicy extends CircuitPolicy {
  /** Whoever stopped waiting earlier than that says nothing about the subgraph. */
  readonly patienceMs: number;
}

export const defaultCircuitPolicy: SubgraphCircuitPolicy = { failures: 5, openMs: 1_000, patienceMs: 5_000 };

/** Nobody waits for the answer any more. */
class Left extends Error {}

/**
 * Whether a subgraph is asked. It is not for `openMs` at a time when so many requests in a row had no answer: the
 * connection failed, a proxy answered 5xx, or nothing came within `patienceMs`. Every answer of GraphQL counts as one,
 * whatever errors it holds.
 */
export class SubgraphCircuit {
  readonly #circuit: Circuit;
  readonly #patienceMs: number;

  constructor(policy: SubgraphCircuitPolicy) {
    this.#circuit = new Circuit(policy, (error) => error instanceof NoAnswer);
    this.#patienceMs = policy.patienceMs;
  }

  get position(): CircuitPosition {
    return this.#circuit.position;
  }

  onChange(hear: (position: CircuitPosition) => void): void {
    this.#circuit.onChange(hear);
  }

  /**
   * Sends a request. Ends when `left` fires: what a subgraph within the process does then nobody waits for.
   * @throws BrokenCircuitError without sending it
   */
  send<T>(request: () => Promise<T>, left: AbortSignal): Promise<T> {
    const tries = this.position !== 'closed';
    const began = performance.now();
    return this.#circuit.run(async () => {
      try {
        return await unlessLeft(request(), left);
      } catch (error) {
        const isAnswer = error instanceof UnusableAnswer || codeOf(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
        const isTooEarly = !tries && left.aborted && performance.now() - began < this.#patienceMs;
        throw isAnswer || isTooEarly ? error : new NoAnswer(error);
      }
    });
  }
}

/** What the circuit counts; `cause` is what happened. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

function unlessLeft<T>(work: Promise<T>, left: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    left.addEventListener('abort', () => reject(new Left('nobody waits for the request any more')), { once: true });
    work.then(resolve, reject);
  });
}

/** The circuits of a channel's subgraphs. They stay when another supergraph replaces the one that is served. */
export class SubgraphCircuits {
  readonly #circuits = new Map<string, SubgraphCircuit>();
  readonly #policy: SubgraphCircuitPolicy;
  readonly #log: Logger;

  constructor(log: Logger, policy: SubgraphCircuitPolicy = defaultCircuitPolicy) {
    this.#log = log;
    this.#policy = policy;
  }

  of(subgraph: string): SubgraphCircuit {
    const known = this.#circuits.get(subgraph);
    if (known) return known;
    const circuit = new SubgraphCircuit(this.#policy);
    circuit.onChange((position) => {
      if (position === 'open')
        this.#log.warn({ subgraph }, 'a subgraph does not answer: one request at a time tries it again');
      if (position === 'closed') this.#log.info({ subgraph }, 'a subgraph answers again');
    });
    this.#circuits.set(subgraph, circuit);
    return circuit;
  }

  /** The names of the subgraphs that did not answer when they were last asked. */
  get notAnswering(): string[] {
    return [...this.#circuits].filter(([, { position }]) => position !== 'closed').map(([name]) => name);
  }

  /** Reports all, each with its position. */
  each(report: (subgraph: string, position: CircuitPosition) => void): void {
    for (const [name, { position }] of this.#circuits) report(name, position);
  }
}
