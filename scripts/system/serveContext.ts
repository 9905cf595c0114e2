import type { SettingSources } from '#platform/config/loadSettings.ts';
import type { Teardown } from './teardown.ts';

/** What the command `serve` gives the service that it runs. */
export interface ServeContext {
  readonly sources: SettingSources;
  readonly teardown: Teardown;
  /** Prints that the service is ready, and its address. */
  readonly ready: (line: string) => void;
  /** Prints something that the operator should know. */
  readonly tell: (line: string) => void;
}
