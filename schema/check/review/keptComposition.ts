import { print } from 'graphql';
import { isDeepStrictEqual } from 'node:util';
import { loadRoutes } from '#gateway/rest/loadRoutes.ts';
import { composeChannel, type ComposedChannel } from '../../compose/composeChannel.ts';
import { composeGraph } from '../../compose/composeGraph.ts';
import type { Composition } from '../../compose/composeSystem.ts';
import { CompositionFailed } from '../../compose/compositionProblem.ts';
import type { GraphSource } from '../../compose/graphSource.ts';
import { quickMerge } from '../../compose/quickMerge.ts';

type Answer = ComposedChannel | CompositionFailed;

/** What a channel was composed of last, and what came of it. */
interface Kept {
  readonly from: readonly unknown[];
  readonly answer: Answer;
}

/** A channel whose contract was merged quickly, and waits to be composed. */
interface Owed {
  readonly quick: ComposedChannel;
  compose(): Answer;
}

/**
 * Composition for somebody who composes again and again, and waits for the answer. What has not changed is not composed
 * again. A contract that has changed is merged in milliseconds first, and composed later, by `settle`: composition
 * takes a third of a second for each.
 */
export class KeptComposition implements Composition {
  readonly #kept = new Map<string, Kept>();
  readonly #owed = new Map<string, Owed>();
  #graph: { readonly from: readonly unknown[]; readonly sdl: string } | undefined;

  /** Composes the full graph at once: its problems are what an author needs to hear first. */
  readonly graph: Composition['graph'] = (name, sources) => {
    const from = textsOf(sources);
    if (!this.#graph || !isDeepStrictEqual(this.#graph.from, from))
      this.#graph = { from, sdl: composeGraph(name, sources) };
    return this.#graph.sdl;
  };

  readonly channel: Composition['channel'] = (rules, sources, view) => {
    const routes = rules.routes ? loadRoutes(rules.routes).map(({ document }) => print(document)) : [];
    const from = [rules.tags, routes, textsOf(sources), textsOf(view ? [view] : [])];
    const kept = this.#kept.get(rules.name);
    this.#owed.delete(rules.name);
    if (kept && isDeepStrictEqual(kept.from, from)) return unwrapped(kept.answer);
    const quick = composeChannel(rules, sources, view, quickMerge);
    this.#owed.set(rules.name, {
      quick,
      compose: () => {
        const answer = attempted(() => composeChannel(rules, sources, view));
        this.#kept.set(rules.name, { from, answer });
        return answer;
      },
    });
    return quick;
  };

  /**
   * Composes what was only merged, one after the other, until `stop` says that it is no longer wanted.
   * @returns the channels of which composition says something else than the quick answer did
   */
  async settle(stop: () => boolean): Promise<string[]> {
    const others: string[] = [];
    for (const [name, { quick, compose }] of [...this.#owed]) {
      await new Promise((resume) => setImmediate(resume));
      if (stop()) return others;
      const answer = compose();
      this.#owed.delete(name);
      if (answer instanceof CompositionFailed || answer.contract !== quick.contract) others.push(name);
    }
    return others;
  }

  /** How many contracts were merged quickly and wait to be composed. */
  get owed(): number {
    return this.#owed.size;
  }
}

const textsOf = (sources: readonly GraphSource[]): string[] =>
  sources.flatMap(({ document }) => [...new Set(document.definitions.flatMap(({ loc }) => loc?.source.body ?? []))]);

function attempted(work: () => ComposedChannel): Answer {
  try {
    return work();
  } catch (error) {
    if (error instanceof CompositionFailed) return error;
    throw error;
  }
}

function unwrapped(answer: Answer): ComposedChannel {
  if (answer instanceof CompositionFailed) throw answer;
  return answer;
}
