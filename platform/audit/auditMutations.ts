import {
  defaultFieldResolver,
  getNamedType,
  GraphQLID,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLFieldResolver,
  type GraphQLInputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import { isId } from '#platform/domain/id.ts';
import type { Domain } from '#platform/domain/domain.ts';
import { partiesOf, rolesOf, type Principal } from '#platform/identity/principal.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { tellableFailure } from '#platform/subgraph/tellableFailure.ts';
import { currentTrace, traceIdOf } from '#platform/telemetry/trace.ts';
import { auditedRoles, unauditedMutations } from '#schema/audit.ts';
import { supportMutations } from '#schema/support.ts';
import { appendToTrail } from './trail.ts';

interface Context {
  readonly principal: Principal;
  readonly domain: Domain;
}

type Resolver = GraphQLFieldResolver<unknown, Context, Record<string, unknown>>;

/** Whether what this principal does is recorded. */
const isAudited = ({ kind, grants, act }: Principal): boolean =>
  kind === 'user' && (act !== undefined || grants.some(({ role }) => auditedRoles.has(role)));

const notForSupport = (name: string) =>
  new CodedError('FORBIDDEN', `Who acts for a customer may not call ${name}: ask the customer to do it themselves.`);

/**
 * Makes every mutation record in the domain's audit trail what staff and partners ask for, before its resolver runs,
 * and afterwards what became of it. It goes around all other checks of the subgraph, so that what they refuse is
 * recorded, too. What cannot be recorded is not done.
 */
export function auditMutations(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    if (unauditedMutations.has(field.name)) continue;
    const isForSupport = supportMutations.has(field.name);
    const resolve = (field.resolve ?? defaultFieldResolver) as Resolver;
    const audited: Resolver = async (source, args, context, info) => {
      const { domain, principal } = context;
      if (!isAudited(principal)) return resolve(source, args, context, info);
      const input: Record<string, string> = {};
      for (const argument of field.args) gather(argument.type, args[argument.name], argument.name, input);
      const { actor, onBehalfOf } = partiesOf(principal);
      if (onBehalfOf !== undefined) input['onBehalfOf'] = principal.subject;
      return recorded(
        domain,
        {
          actor,
          roles: onBehalfOf === undefined ? rolesOf(principal) : ['support'],
          channel: principal.channel,
          action: field.name,
          input,
        },
        async () => {
          if (onBehalfOf !== undefined && !isForSupport) throw notForSupport(field.name);
          const result: unknown = await resolve(source, args, context, info);
          return { result, answer: await typeOf(result, context, info), objects: idsIn(result) };
        },
      );
    };
    field.resolve = audited as typeof field.resolve;
  }
  return schema;
}

export interface Action {
  readonly actor: string;
  readonly roles: readonly string[];
  readonly channel: string;
  readonly action: string;
  readonly input: Readonly<Record<string, string>>;
}

/**
 * Does `work` between its two entries of the audit trail. If the second one cannot be written, what was done stays done
 * and the first one tells that it was asked for.
 */
export async function recorded<Result>(
  domain: Pick<Domain, 'name' | 'pool' | 'clock' | 'log'>,
  action: Action,
  work: () => Promise<{ readonly result: Result; readonly answer: string; readonly objects?: readonly string[] }>,
): Promise<Result> {
  const at = () => domain.clock().toISOString();
  const objects = [...new Set(Object.values(action.input).filter(isId))];
  const trace = traceIdOf(currentTrace().traceparent);
  const asked = await appendToTrail(domain.pool, { at: at(), domain: domain.name, ...action, objects, trace });
  const answered = (answer: string, named: readonly string[] = []) =>
    appendToTrail(domain.pool, { at: at(), answers: asked, answer, objects: named }).catch((error: unknown) => {
      domain.log.error({ err: error, action: action.action, asked }, 'an outcome is missing in the audit trail');
    });
  try {
    const { result, answer, objects: named } = await work();
    await answered(answer, named);
    return result;
  } catch (error) {
    await answered(codeOf(error));
    throw error;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof CodedError
    ? String(error.extensions['code'])
    : (tellableFailure(error as Error)?.code ?? 'INTERNAL_SERVER_ERROR');

const mostNoted = 50;

/** Notes the ids and enum values of an input. Text that people write is left out, whatever it is. */
function gather(type: GraphQLInputType, value: unknown, name: string, noted: Record<string, string>): void {
  if (value === null || value === undefined || Object.keys(noted).length >= mostNoted) return;
  if (isNonNullType(type)) return gather(type.ofType, value, name, noted);
  if (isListType(type)) {
    for (const [index, each] of (Array.isArray(value) ? value : [value]).entries())
      gather(type.ofType, each, `${name}.${index}`, noted);
  } else if (isInputObjectType(type)) {
    const prefix = name === 'input' ? '' : `${name}.`;
    for (const field of Object.values(type.getFields()))
      gather(field.type, (value as Record<string, unknown>)[field.name], `${prefix}${field.name}`, noted);
  } else if (isEnumType(type) || (type === GraphQLID && isId(value as string))) noted[name] = String(value);
}

/** The ids that an answer names at its top, and one level below it. */
function idsIn(result: unknown, depth = 0): string[] {
  if (typeof result !== 'object' || result === null) return [];
  const ids = Object.entries(result).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'string') return (name === 'id' || name.endsWith('Id')) && isId(value) ? [value] : [];
    return depth === 0 && !Array.isArray(value) ? idsIn(value, 1) : [];
  });
  return [...new Set(ids)].slice(0, mostNoted);
}

async function typeOf(result: unknown, context: Context, info: GraphQLResolveInfo): Promise<string> {
  const type = getNamedType(info.returnType);
  if (result === null || result === undefined) return 'null';
  const named = (result as { __typename?: unknown }).__typename;
  if (typeof named === 'string') return named;
  return (isAbstractType(type) && (await type.resolveType?.(result, context, info, type))) || type.name;
}
