import { mergeBase, treeAt } from '../against/gitTree.ts';
import type { Tree } from '../against/tree.ts';
import type { Review } from '../model/finding.ts';
import { QuickComposition } from './quickComposition.ts';
import { reviewAgainst } from './reviewSystem.ts';

/** Reviews the working tree again and again, each time within a second: first quickly, then in full. */
export class RepeatedReview {
  readonly #root: string;
  readonly #against: string | undefined;
  readonly #registered: string | undefined;
  readonly #composition = new QuickComposition();
  #before: { readonly ref: string; readonly tree: Tree } | undefined;

  /**
   * @param against a git reference; by default where the branch left the main branch
   * @param registered a file of documents that partners registered, instead of the one in the repository
   */
  constructor(root: string, against: string | undefined, registered: string | undefined) {
    this.#root = root;
    this.#registered = registered;
    this.#against = against;
  }

  /** The verdict, where the contracts that have changed were merged and not yet composed; see `composing`. */
  quick(): Promise<Review> {
    return reviewAgainst(this.#root, this.#base(), this.#against === undefined, {
      registered: this.#registered,
      composition: this.#composition,
    });
  }

  /** How many contracts the last verdict took as they were merged. */
  get composing(): number {
    return this.#composition.unconfirmed;
  }

  /**
   * Composes those contracts.
   * @param stop tells whether the answer is no longer wanted
   * @returns another verdict, if composition comes to another contract or refuses it
   */
  async full(stop: () => boolean): Promise<Review | undefined> {
    const differs = await this.#composition.confirm(stop);
    return differs && !stop() ? this.quick() : undefined;
  }

  /** The commit stays the same from change to change, and is read once. */
  #base(): Tree | undefined {
    const ref = this.#against ?? mergeBase(this.#root);
    if (ref === undefined) return undefined;
    if (this.#before?.ref !== ref) this.#before = { ref, tree: treeAt(this.#root, ref) };
    return this.#before.tree;
  }
}
