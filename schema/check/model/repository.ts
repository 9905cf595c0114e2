import type { Coordinates } from './coordinates.ts';
import type { Owners } from './owners.ts';

/** Where things are declared now, and who answers for the files. */
export interface Repository {
  readonly owners: Owners;
  /** Everything that any subgraph or view declares, whether a channel sees it or not. */
  readonly coordinates: Coordinates;
}
