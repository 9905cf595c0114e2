import type { ExecutionResult, GraphQLError } from 'graphql';
import { resultOf, type AnswerInspection } from '../../dataSources/subgraphFetch.ts';
import { stringifyExactly } from '../../../documents/exactNumber.ts';
import { parseJson } from '../../../documents/parseJson.ts';
import type { FetchStep } from '../planning/compiledPlan.ts';
import { copyOf } from '../running/merge.ts';
import { entityIndex } from '../running/failures.ts';
import { isMap, own, type JsonObject } from '../running/ownValue.ts';
import type { SentGroup } from './fastRun.ts';

const readOnce = new WeakMap<SentGroup, ExecutionResult>();

/** Reads an answer in the general way, once for all fetches that it is for; the first one says whether it is sound. */
async function read(sent: SentGroup, inspect: AnswerInspection): Promise<ExecutionResult> {
  const came = await sent.answer;
  let known = readOnce.get(sent);
  if (!known) readOnce.set(sent, (known = resultOf(came, inspect)));
  return known;
}

/**
 * What was answered to a fetch of the general way by a request that was sent before; undefined if it was not sent, or
 * did not tell of all of the entities.
 */
export async function recordedAnswer(
  all: readonly SentGroup[],
  step: FetchStep,
  variables: JsonObject,
  inspect: AnswerInspection,
): Promise<ExecutionResult | undefined> {
  const sent = all.find(({ group }) => group.steps.some(({ fetch }) => fetch === step));
  if (!sent) return undefined;
  if (!step.entities) return read(sent, inspect);
  const { index } = sent.group.steps.find(({ fetch }) => fetch === step)!;
  const unit = sent.group.request.units!.findIndex(({ steps }) => steps.includes(index));
  const representations = sent.told[unit]!.in(sent.body);
  const places = new Map(representations.map((text, place) => [canonical(text), place]));
  const wanted = (variables[step.entities.variable] as unknown[]).map((each) => places.get(stringifyExactly(each)));
  if (wanted.includes(undefined)) return undefined;
  const { alias } = sent.group.request.units![unit]!;
  const asked: AskedPart = { alias, wanted: wanted as number[], told: representations.length };
  let part: ExecutionResult | undefined;
  const look = (whole: ExecutionResult): boolean => {
    part = partOf(whole, asked);
    return inspect(part);
  };
  const whole = await read(sent, look);
  // What never came is not looked at; what another fetch has read is, for this one.
  if (!part && (await sent.answer).kind === 'unread') look(whole);
  return part ?? partOf(whole, asked);
}

/** As the general way would write it. */
const canonical = (text: string): string => stringifyExactly(parseJson(text, { trusted: true }));

/** What a fetch wants of an answer for several ones. */
interface AskedPart {
  /** Where its entities stand. */
  readonly alias: string;
  /** Which of them are its own. */
  readonly wanted: readonly number[];
  /** How many there have to be. */
  readonly told: number;
}

/** Of an answer for several fetches, that for one. */
function partOf({ data, errors }: ExecutionResult, { alias, wanted, told }: AskedPart): ExecutionResult {
  const given = isMap(data) ? own(data, alias) : undefined;
  // Of a list that is too short or too long nobody knows which element is whose.
  const entities =
    Array.isArray(given) && given.length === told ? wanted.map((index) => given[index] as unknown) : null;
  return {
    ...(data === undefined ? {} : { data: data && { _entities: entities && copyOf(entities) } }),
    ...(errors ? { errors: errors.flatMap((error) => errorsOf(error, { alias, wanted, told })) } : {}),
  } as ExecutionResult;
}

/** An error of one entity is of the places where it is wanted; one that does not say of which there is, of all. */
function errorsOf(error: GraphQLError, { alias, wanted, told }: AskedPart): GraphQLError[] {
  const [key, , ...rest] = error.path ?? [];
  if (key !== undefined && key !== alias) return String(key).startsWith('_entities') ? [] : [error];
  const index = entityIndex(error.path);
  if (index === undefined || index >= told) return [error];
  return wanted.flatMap((each, place) => (each === index ? [withPath(error, ['_entities', place, ...rest])] : []));
}

/** Errors are plain objects, as they came. */
const withPath = (error: GraphQLError, path: readonly (string | number)[]): GraphQLError =>
  ({ message: error.message, extensions: error.extensions, path }) as unknown as GraphQLError;
