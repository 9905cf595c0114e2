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

const exportOf = (documents: RegisteredDocuments['documents']): string =>
  JSON.stringify({ exported: '2026-11-29T12:00:00.000Z', documents }, null, 2);
const reviewWith = async (documents: RegisteredDocuments['documents'], patches = [pauseReason]): Promise<Finding[]> => {
  const { findings } = await reviewPatched(patches, ['partner'], { registered: exportOf(documents) });
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

  it('says once what the partner has to agree to, where the document is no longer valid', async () => {
    const found = await reviewWith([stores], [{ ...pauseReason, to: '' }]);
    const removed = found.find(({ id }) => id === 'field-removed:Store.pauseReason');
    expect(removed?.fix).toContain('agree with Lunchbox GmbH');
    expect(found.filter(({ id }) => id.startsWith('document-invalid'))).toEqual([]);
  });

  it('says what the partner has to agree to, where nothing that changed explains why it is invalid', async () => {
    const never = { ...stores, text: 'query OpenStores { stores(first: 2) { edges { node { id\n  phone } } } }' };
    const found = await reviewWith([never], []);
    expect(found.find(({ id }) => id.startsWith('document-invalid:partner/OpenStores'))).toMatchObject({
      severity: 'error',
      fix: expect.stringMatching(/^Give the contract back what it asks for. Or agree with Lunchbox GmbH/) as string,
    });
  });

  it('points at what the document asks for within the file of the export', async () => {
    const text = 'query OpenStores { stores(first: 2) { edges {\n  node { id pauseReason } } } }';
    const found = await reviewWith([{ ...stores, text }]);
    const [hit] = found.flatMap(({ affected }) => affected.filter(({ document }) => document === 'OpenStores'));
    const line = exportOf([{ ...stores, text }]).split('\n')[hit!.place.line - 1];
    expect(line?.slice(hit!.place.column - 1)).toMatch(/^pauseReason } } } }"/);
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
