import { RepeatedReview } from '#schema/check/review/repeatedReview.ts';
import type { Review } from '#schema/check/model/finding.ts';
import { watchFolders } from '../system/watchFolders.ts';

interface Watching {
  readonly root: string;
  readonly against: string | undefined;
  readonly registered: string | undefined;
  readonly report: (review: Review) => string;
  readonly tell: (text: string) => void;
  /** Called for a file of which only a new process knows more: a registry, or the manifest of a channel. */
  readonly outdated: (path: string) => void;
}

const folders = ['schema', 'bffs', 'subgraphs', 'rest', 'docs'];
/** An editor that writes a new file and renames it causes several events. */
const settleMs = 20;

/** What the check reads, and nothing that it or `generate` writes. */
export const isReviewed = (path: string): boolean =>
  /\.(graphql|proto|json|yaml)$|^docs\/settings\.md$/.test(path) &&
  !/^schema\/(supergraph\.graphql|channels\/|check\/)|\/prisma\//.test(path);

/** What is loaded once: registries, scopes, events and manifests are modules. */
export const isLoaded = (path: string): boolean =>
  /^(schema|bffs)\/.*\.ts$/.test(path) && !/\.test\.ts$|^schema\/check\//.test(path);

/** Reviews now, and again on every change, until the process ends. */
export function watchSchema({ root, against, registered, report, tell, outdated }: Watching): void {
  const review = new RepeatedReview(root, against, registered);
  const changed = new Set<string>();
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let savedAt = performance.now();

  const answer = async (): Promise<void> => {
    const names = [...changed];
    changed.clear();
    const stop = (): boolean => changed.size > 0;
    const seconds = (): string => `${((performance.now() - savedAt) / 1_000).toFixed(1)} s`;
    if (names.length > 0) tell(`\n${names.join(', ')} changed\n`);
    try {
      tell(report(await review.quick()));
      const { composing } = review;
      tell(
        `answered after ${seconds()}${composing > 0 ? `; ${composing} contracts were merged and are now composed` : ''}\n`,
      );
      if (composing === 0) return;
      const other = await review.full(stop);
      if (stop()) return;
      if (other) tell(report(other));
      tell(`composed after ${seconds()}: ${other ? 'this is the verdict' : 'the verdict holds'}\n`);
    } catch (error) {
      tell(`${(error as Error).message}\n`);
    }
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(answer);
    }, settleMs);
  };
  watchFolders(root, folders, (path) => {
    if (isLoaded(path)) return outdated(path);
    if (!isReviewed(path)) return;
    if (changed.size === 0) savedAt = performance.now();
    changed.add(path);
    soon();
  });
  soon();
}
