import DataLoader from 'dataloader';
import type { ApiKey, App, Document, Partner, WebhookEndpoint } from '#generated/partners/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isStorable } from '#platform/subgraph/isStorable.ts';
import type { Partners } from './context.ts';
import { maySee } from './ownership.ts';

/** By id; null where there is none, and where it is another partner's. */
export interface Loaders {
  readonly partnerById: DataLoader<string, Partner | null>;
  readonly appById: DataLoader<string, App | null>;
  readonly keyById: DataLoader<string, ApiKey | null>;
  readonly documentById: DataLoader<string, Document | null>;
  readonly endpointById: DataLoader<string, WebhookEndpoint | null>;
}

type Ids = readonly string[];

/** A loader of rows of which the principal sees those of their partner. */
const visible = <Row extends { readonly id: string }>(
  rowsOf: (ids: string[]) => Promise<readonly Row[]>,
  sees: (row: NoInfer<Row>) => boolean,
): DataLoader<string, Row | null> =>
  new DataLoader(async (ids: Ids) => {
    const byId = new Map((await rowsOf([...ids])).filter(sees).map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });

export function loaders({ db }: Partners, principal: Principal): Loaders {
  const ofApp = { include: { app: { select: { partnerId: true } } } } as const;
  const seesApp = ({ partnerId }: { readonly partnerId: string }) => maySee(principal, partnerId);
  const within = (ids: Ids) => ({ where: { id: { in: ids.filter(isId) } } });
  return {
    partnerById: visible(
      (ids) => db.partner.findMany(within(ids)),
      ({ id }) => maySee(principal, id),
    ),
    appById: visible((ids) => db.app.findMany(within(ids)), seesApp),
    keyById: visible(
      (ids) => db.apiKey.findMany({ where: { id: { in: ids.filter(isStorable) } }, ...ofApp }),
      ({ app }) => seesApp(app),
    ),
    documentById: visible(
      (ids) => db.document.findMany({ ...within(ids), ...ofApp }),
      ({ app }) => seesApp(app),
    ),
    endpointById: visible(
      (ids) => db.webhookEndpoint.findMany({ ...within(ids), ...ofApp }),
      ({ app }) => seesApp(app),
    ),
  };
}
