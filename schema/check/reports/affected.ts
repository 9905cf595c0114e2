import type { Affected } from '../model/finding.ts';

/** The documents of one client that are hit in the same way. */
export interface AffectedGroup {
  /** `kiosk, build 1a2b3c4, @drburger/kiosk`. */
  readonly who: string;
  readonly how: string;
  readonly documents: readonly Affected[];
}

/** What is hit, together by client, build and way. */
export function groupAffected(affected: readonly Affected[]): AffectedGroup[] {
  const groups = new Map<string, Affected[]>();
  for (const each of affected) {
    const key = `${senderOf(each)}\n${each.how}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].map((documents) => ({
    who: senderOf(documents[0]!),
    how: documents[0]!.how,
    documents,
  }));
}

const senderOf = ({ channel, client, version, owners }: Affected): string =>
  [client === channel ? channel : `${client} on ${channel}`, buildOf(version), ...owners].join(', ');

/** Commits and versions are builds; the rest says itself what it is. */
const buildOf = (version: string): string => (version.includes(' ') ? version : `build ${version}`);
