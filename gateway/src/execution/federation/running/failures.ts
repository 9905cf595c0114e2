import type { GraphQLError } from 'graphql';
import { isObject, own } from './ownValue.ts';

/** What a subgraph said went wrong. */
export interface SubgraphProblem {
  readonly message: string;
  readonly extensions: Readonly<Record<string | symbol, unknown>>;
  readonly originalError?: GraphQLError;
}

/**
 * A problem at its place in the tree, by internal names. It is told while the answer is written: only there is it known
 * under which of the client's names its place stands, and whether anything of it is left.
 */
export interface Failure {
  readonly problem: SubgraphProblem;
  /** The field that failed; undefined: everything that the fetch was to give. */
  readonly field: string | number | undefined;
  /** The way from that field on, where the tree ends at it. */
  readonly rest: readonly (string | number)[];
  readonly outputs: ReadonlySet<string>;
  /** The subgraph gave data as well, and did not say which part of it the problem is of. */
  readonly loose: boolean;
  told: boolean;
}

/** The problems of one request, each with the object that it is attached to. */
export class Failures {
  readonly #byHolder = new Map<object, Failure[]>();

  get isEmpty(): boolean {
    return this.#byHolder.size === 0;
  }

  at = (holder: object): readonly Failure[] => this.#byHolder.get(holder) ?? none;

  all = (): Iterable<[object, readonly Failure[]]> => this.#byHolder;

  /** @param path below the holder, by internal names */
  attach(
    holder: object,
    path: readonly (string | number)[],
    problem: SubgraphProblem,
    { outputs, loose = false }: { readonly outputs: ReadonlySet<string>; readonly loose?: boolean },
  ): void {
    let at = holder;
    let depth = 0;
    for (; depth < path.length - 1; depth += 1) {
      const inner = own(at, path[depth]!);
      if (!isObject(inner)) break;
      at = inner;
    }
    const failure = { problem, field: path[depth], rest: path.slice(depth + 1), outputs, loose, told: false };
    const known = this.#byHolder.get(at);
    if (known) known.push(failure);
    else this.#byHolder.set(at, [failure]);
  }
}

const none: readonly Failure[] = [];

/** Which entity an error's path says that it is of. Some servers write the index as a text. */
export function entityIndex(path: readonly unknown[] | undefined): number | undefined {
  const index = path?.[1];
  if (typeof index === 'number') return index;
  return typeof index === 'string' && /^\d+$/.test(index) ? Number(index) : undefined;
}
