import { composeChannel, type ComposedChannel } from '../../compose/composeChannel.ts';
import type { Composition } from '../../compose/composeSystem.ts';
import { CompositionFailed } from '../../compose/compositionProblem.ts';
import { contractKey, keptComposition, keptContract } from '../../compose/keptComposition.ts';
import { quickMerge } from '../../compose/quickMerge.ts';

/** A contract that was merged quickly, and that composition has yet to confirm. */
interface Unconfirmed {
  readonly quick: ComposedChannel;
  compose(): ComposedChannel;
  refused(failure: CompositionFailed): void;
}

/**
 * Composition for somebody who composes again and again, and waits for the answer. A contract that has changed is
 * merged in milliseconds first, and composed later, by `confirm`: composition takes a third of a second for each.
 */
export class QuickComposition implements Composition {
  /** What composition said last of a channel, by what it was composed of. Only answers are kept by others. */
  readonly #refused = new Map<string, { readonly key: string; readonly failure: CompositionFailed }>();
  readonly #unconfirmed = new Map<string, Unconfirmed>();

  /** The full graph comes first: its problems are what an author needs to hear; with them no channel is asked for. */
  readonly graph: Composition['graph'] = (name, sources) => {
    this.#unconfirmed.clear();
    return keptComposition.graph(name, sources);
  };

  readonly channel: Composition['channel'] = (rules, sources, view) => {
    const key = contractKey(rules, sources, view);
    const refused = this.#refused.get(rules.name);
    if (refused?.key === key) throw refused.failure;
    const known = keptContract(key);
    if (known) return known;
    const quick = composeChannel(rules, sources, view, quickMerge);
    this.#unconfirmed.set(rules.name, {
      quick,
      compose: () => keptComposition.channel(rules, sources, view),
      refused: (failure) => void this.#refused.set(rules.name, { key, failure }),
    });
    return quick;
  };

  /**
   * Composes what was only merged, one after the other, until `stop` says that it is no longer wanted.
   * @returns whether composition says of any of them something else than the quick answer did
   */
  async confirm(stop: () => boolean): Promise<boolean> {
    let differs = false;
    for (const [name, { quick, compose, refused }] of [...this.#unconfirmed]) {
      await new Promise((resume) => setImmediate(resume));
      if (stop()) break;
      try {
        differs = compose().contract !== quick.contract || differs;
      } catch (error) {
        if (!(error instanceof CompositionFailed)) throw error;
        refused(error);
        differs = true;
      }
      this.#unconfirmed.delete(name);
    }
    return differs;
  }

  /** How many contracts were merged quickly and wait to be composed. */
  get unconfirmed(): number {
    return this.#unconfirmed.size;
  }
}
