import type { Partners } from '../context.ts';

/** More than any program needs; without an end, one partner could fill the database. */
const mostDocuments = 500;

export interface NewDocument {
  readonly partnerId: string;
  readonly appId: string;
  readonly documentId: string;
  readonly name: string;
  readonly text: string;
  /** Empty for none. */
  readonly description: string;
  readonly scopes: string[];
  readonly registeredBy: string;
}

/**
 * Keeps a document as the next version of its name, pending. A text that the app registered before keeps its
 * registration, and gets the description that comes with it. Returns its id; undefined when the partner has no such
 * app, or the app has too many documents.
 */
export const registerDocument = (
  domain: Partners,
  { partnerId, ...document }: NewDocument,
): Promise<string | undefined> =>
  domain.transaction(async (tx) => {
    // The lock on the app makes two registrations at once take two versions.
    const apps = await tx.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "app" WHERE "id" = ${document.appId}::uuid AND "partner_id" = ${partnerId}::uuid FOR UPDATE`;
    if (apps.length === 0) return undefined;
    const { appId, documentId, name } = document;
    const known = await tx.document.findUnique({ where: { appId_documentId: { appId, documentId } } });
    if (known) {
      const { description } = document;
      if (description !== '' && description !== known.description)
        await tx.document.update({ where: { id: known.id }, data: { description } });
      return known.id;
    }
    if ((await tx.document.count({ where: { appId } })) >= mostDocuments) return undefined;
    const { _max: latest } = await tx.document.aggregate({ where: { appId, name }, _max: { version: true } });
    const id = domain.newId();
    await tx.document.create({
      data: { ...document, id, version: (latest.version ?? 0) + 1, registeredAt: domain.clock() },
    });
    return id;
  });
