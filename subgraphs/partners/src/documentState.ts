import type { Document } from '#generated/partners/prisma/client.ts';

export type DocumentState = 'PENDING' | 'ACTIVE' | 'RETIRED';

/** Where a document stands at an instant. Nothing has to happen at its sunset: the clock alone retires it. */
export function stateOf({ activatedAt, sunset }: Pick<Document, 'activatedAt' | 'sunset'>, now: Date): DocumentState {
  if (sunset && sunset <= now) return 'RETIRED';
  return activatedAt ? 'ACTIVE' : 'PENDING';
}

export const releaseOf = ({ name, version }: Pick<Document, 'name' | 'version'>): string => `${name}@${version}`;
