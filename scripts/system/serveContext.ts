import type { SettingSources } from '#platform/config/loadSettings.ts';
import type { Teardown } from './teardown.ts';

/** What a service is handed by the command that runs it. */
export interface ServeContext {
  readonly sources: SettingSources;
  readonly teardown: Teardown;
  /** Says that it serves now, and where. */
  readonly ready: (line: string) => void;
  /** Something the person at the keyboard should know. */
  readonly tell: (line: string) => void;
}
