import { describe, expect, it } from 'vitest';
import type { Finding } from '../model/finding.ts';
import { reviewPatched, type Patch } from '../testing/patchedSystem.ts';
import { readRegistered, unseenDocuments, type RegisteredDocuments } from './registeredDocuments.ts';

const stores = {
  ...{ partner: 'Lunchbox GmbH', app: 'lunchbox', id: 'a1', name: 'OpenStores', version: 2, status: 'active' as const },
  text: 'query OpenStores { stores(first: 2) { edges { node { id pauseReason } } } }',
};
const pauseReason: Patch = {
  file: 'subgraphs/stores/schema.graphql',
  within: 'type Store\n',
  from: '  pauseReason: String',
  to: '  pauseReason: [String!]',
};

const reviewWith = async (documents: RegisteredDocuments['documents'], patches = [pauseReason]): Promise<Finding[]> => {
  const registered = JSON.stringify({ exported: '2026-11-29T12:00:00.000Z', documents });
  const { findings } = await reviewPatched(patches, ['partner'], { registered });
  return [...findings];
};
const ofPartner = (findings: readonly Finding[]) =>
  findings.flatMap(({ id, severity, affected }) =>
    affected
      .filter(({ client }) => client === 'Lunchbox GmbH, lunchbox')
      .map(({ version, document, how, owners }) => ({ id, severity, version, document, how, owners })),
  );

describe('a change that hits a document which a partner registered at the running system', () => {
  it('names the partner, the app and the version, though no file of the repository has the document', async () => {
    expect(ofPartner(await reviewWith([stores]))).toContainEqual({
      id: 'field-type-changed:Store.pauseReason',
      severity: 'error',
      version: '2',
      document: 'OpenStores',
      how: expect.stringContaining('reads it') as string,
      owners: ['@drburger/partners'],
    });
  });

  it('says what the partner has to agree to, where the document is no longer valid', async () => {
    const removed = { ...pauseReason, to: '' };
    const found = await reviewWith([stores], [removed]);
    expect(found.map(({ id }) => id)).toContain('field-removed:Store.pauseReason');
    const invalid = found.find(({ id }) => id.startsWith('document-invalid:partner/OpenStores'));
    expect(invalid).toMatchObject({
      severity: 'error',
      fix: expect.stringContaining('agree with Lunchbox GmbH') as string,
    });
  });

  it('is no finding for one that is past its sunset', async () => {
    const past = { ...stores, status: 'retired' as const, sunset: '2026-01-01T00:00:00.000Z' };
    expect(ofPartner(await reviewWith([past]))).toEqual([]);
    expect(ofPartner(await reviewWith([{ ...past, sunset: '2999-01-01T00:00:00.000Z' }]))).not.toEqual([]);
  });
});

it.each([
  ['{', 'is no export of documents'],
  ['{"exported":"2026-11-29T12:00:00.000Z","documents":[{}]}', 'partner'],
  [JSON.stringify({ exported: '2026-11-29T12:00:00.000Z', documents: [{ ...stores, apiKey: 'x' }] }), 'apiKey'],
])('an export that is none is refused: %s', (text, why) => {
  expect(() => readRegistered(text, 'partners.json')).toThrow(why);
});

it('what partners registered and no export has is told as unseen', () => {
  const now = new Date('2026-03-20T00:00:00Z');
  const export_ = (exported: string) => JSON.stringify({ exported, documents: [] });
  expect(unseenDocuments('partner', undefined, now)).toEqual([
    expect.stringContaining('no bffs/partner/registered.json'),
  ]);
  expect(unseenDocuments('partner', export_('2026-03-15T00:00:00Z'), now)).toEqual([]);
  expect(unseenDocuments('partner', export_('2026-03-01T00:00:00Z'), now)).toEqual([
    expect.stringMatching(/within 19 days: the export is of 2026-03-01.*"documents export"/),
  ]);
});
