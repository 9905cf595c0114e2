import type { RegisteredDocuments } from '#schema/check/documents/registeredDocuments.ts';
import { withDomainPool, type UrlOf } from '../system/withDomainPool.ts';

/** All documents that are executed, or will be. Neither keys nor people are read. */
const live = `
  select p.name as partner, a.name as app, d.document_id as "id", d.name, d.version, d.text,
    case when d.activated_at is null then 'pending' when d.sunset is null then 'active' else 'retired' end as status,
    d.sunset
  from document d join app a on a.id = d.app_id join partner p on p.id = a.partner_id
  where d.sunset is null or d.sunset > $1
  order by p.name, a.name, d.name, d.version`;

type Row = RegisteredDocuments['documents'][number] & { readonly sunset: Date | null };

/** The documents that partners registered, from their domain's database, as `schema:check` reads them. */
export async function exportPartnerDocuments(urlOf: UrlOf, now = new Date()): Promise<RegisteredDocuments> {
  const { rows } = await withDomainPool(urlOf, 'partners', (pool) => pool.query<Row>(live, [now]));
  return {
    exported: now.toISOString(),
    documents: rows.map(({ sunset, ...row }) => ({ ...row, ...(sunset && { sunset: sunset.toISOString() }) })),
  };
}
