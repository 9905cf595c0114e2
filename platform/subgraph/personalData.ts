import type { Domain } from '#platform/domain/domain.ts';
import { isId } from '#platform/domain/id.ts';
import { recorded } from '#platform/audit/auditMutations.ts';
import { PersonalDataService } from '#generated/proto/drburger/platform/v1/personal_data_pb.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { operatorServices } from '#schema/services.ts';

/** A table of which some rows are about a customer. */
export interface PersonalTable {
  readonly table: string;
  /** Which rows `t` are about the customer $1; by default those with their `customer_id`. */
  readonly where?: string;
  /** Columns that are left out: keys, and sealed bytes, which `opened` tells instead. */
  readonly without?: readonly string[];
}

export interface PersonalDataRequest {
  readonly customerId: string;
  readonly askedBy: string;
  readonly askedByRoles: readonly string[];
  readonly reason: string;
}

/** The records about one customer, by the name of their kind. */
export type PersonalRecords = Readonly<Record<string, readonly unknown[]>>;

/** What a domain keeps about customers. */
export interface PersonalData<D = Domain> {
  /** By the name of the kind of record. */
  readonly tables: Readonly<Record<string, PersonalTable>>;
  /** Records that have to be opened first, because they are sealed. */
  readonly opened?: (domain: D, request: PersonalDataRequest) => Promise<PersonalRecords>;
  /** Tables with the id of a customer whose content `opened` tells, or that say nothing about the person. */
  readonly otherTables?: readonly string[];
}

const mostRecords = 10_000;

/** The gRPC service by which every subgraph tells the channel of staff what it keeps about a customer. */
export function personalDataService(domain: Domain, kept: PersonalData | undefined): RpcService {
  return service(PersonalDataService, operatorServices, {
    async readPerson({ customerId, askedBy, askedByRoles, reason }) {
      if (!kept || !isId(customerId)) return { json: '{}' };
      const input = { customerId, reason };
      return recorded(
        domain,
        { actor: askedBy, roles: askedByRoles, channel: 'staff', action: 'exportCustomer', input },
        async () => {
          const records = await recordsOf(domain, kept, { customerId, askedBy, askedByRoles, reason });
          return { result: { json: JSON.stringify(records) }, answer: 'PersonalData' };
        },
      );
    },
  });
}

async function recordsOf(domain: Domain, kept: PersonalData, request: PersonalDataRequest): Promise<PersonalRecords> {
  const records: Record<string, readonly unknown[]> = {};
  for (const [kind, table] of Object.entries(kept.tables)) {
    const rows = await rowsOf(domain, table, request.customerId);
    if (rows.length) records[kind] = rows;
  }
  for (const [kind, rows] of Object.entries((await kept.opened?.(domain, request)) ?? {}))
    if (rows.length) records[kind] = rows;
  return records;
}

async function rowsOf(
  { pool }: Pick<Domain, 'pool'>,
  { table, where = 't.customer_id = $1::uuid', without = [] }: PersonalTable,
  customerId: string,
): Promise<unknown[]> {
  const { rows } = await pool.query<{ record: unknown }>(
    `select to_jsonb(t) - $2::text[] as record from "${table}" t where ${where} limit ${mostRecords}`,
    [customerId, without],
  );
  return rows.map(({ record }) => record);
}
