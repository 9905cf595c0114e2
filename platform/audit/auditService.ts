import { Code, ConnectError } from '@connectrpc/connect';
import { AuditService, type ListEntriesRequest } from '#generated/proto/drburger/platform/v1/audit_pb.ts';
import type { Domain } from '#platform/domain/domain.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { operatorServices } from '#schema/services.ts';
import type { Answered, Asked } from './trail.ts';

const mostListed = 200;

/** The gRPC service by which every subgraph lets an auditor read its trail. */
export function auditService({ pool }: Pick<Domain, 'pool'>): RpcService {
  return service(AuditService, operatorServices, {
    async listEntries(request) {
      if (request.limit < 1 || request.limit > mostListed)
        throw new ConnectError(`limit: 1 to ${mostListed}`, Code.InvalidArgument);
      const { sql, values } = statementOf(request);
      const { rows } = await pool.query<Row>(sql, values);
      return { entries: rows.map(told) };
    },
  });
}

interface Row {
  readonly seq: string;
  readonly hash: string;
  readonly asked: Asked;
  readonly answered: Answered | null;
}

function statementOf(wanted: ListEntriesRequest) {
  const values: unknown[] = [];
  const conditions = ['a.answers is null'];
  const keep = (condition: (...places: string[]) => string, ...given: unknown[]) => {
    const places = given.map((value) => `$${values.push(value)}`);
    conditions.push(condition(...places));
  };
  const { beforeAt, beforeSeq, actor, action, objectId, from, until } = wanted;
  if (beforeAt) keep((at, seq) => `(a.at, a.seq) < (${at}::text, ${seq}::bigint)`, beforeAt, beforeSeq.toString());
  if (actor) keep((value) => `a.actor = ${value}`, actor);
  if (action) keep((value) => `a.action = ${value}`, action);
  if (from) keep((value) => `a.at >= ${value}`, from);
  if (until) keep((value) => `a.at < ${value}`, until);
  if (objectId)
    // The answer names what was created.
    keep(
      (id) =>
        `a.seq in (select coalesce(o.answers, o.seq) from platform.audit o where o.objects @> jsonb_build_array(${id}::text))`,
      objectId,
    );
  const sql = `select a.seq, a.hash, a.entry::jsonb as asked, b.entry::jsonb as answered
    from platform.audit a left join platform.audit b on b.answers = a.seq
    where ${conditions.join(' and ')} order by a.at desc, a.seq desc limit $${values.push(wanted.limit)}::int`;
  return { sql, values };
}

const told = ({ seq, hash, asked, answered }: Row) => {
  const { at, actor, roles, channel, action, input, trace } = asked;
  const objects = [...new Set([...asked.objects, ...(answered?.objects ?? [])])];
  const answer = answered?.answer ?? '';
  return { seq: BigInt(seq), at, actor, roles: [...roles], channel, action, answer, objects, input, trace, hash };
};
