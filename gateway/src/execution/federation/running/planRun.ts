import type { ExecutionResult, GraphQLError } from 'graphql';
import { askedSubgraph } from '../../../errors/askedSubgraph.ts';
import type { AnswerInspection, SubgraphFetch, SubgraphFetchContext } from '../../dataSources/subgraphFetch.ts';
import type { EntityFetch, FetchStep, PlanStep, Requirement } from '../planning/compiledPlan.ts';
import { Breaches, type Breach } from './breaches.ts';
import { ContextReader } from './contextValues.ts';
import { Failures, entityIndex, type SubgraphProblem } from './failures.ts';
import { copyOf, merge } from './merge.ts';
import { isMap, isObject, own, type JsonObject } from './ownValue.ts';
import { objectsAt, type Parents } from './places.ts';
import { represent } from './represent.ts';
import { rewrite } from './rewrite.ts';
import type { TypeTest } from './typeTest.ts';

export interface RunParts {
  readonly types: TypeTest;
  readonly fetchFrom: (subgraph: string) => SubgraphFetch;
  readonly context: SubgraphFetchContext;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The plan takes values from further up. */
  readonly hasContexts: boolean;
  /** Names of fields of the root: when one has no value, nothing more is asked, as there is no answer then. */
  readonly endsWithout: ReadonlySet<string>;
  /** What was answered to a fetch before, if it was sent before. */
  readonly recorded:
    | ((step: FetchStep, variables: JsonObject, inspect: AnswerInspection) => Promise<ExecutionResult | undefined>)
    | undefined;
}

/** Runs a plan: gathers in one tree, by internal names, what the subgraphs say, and what they say went wrong. */
export class PlanRun {
  readonly root: JsonObject = {};
  readonly failures = new Failures();
  readonly #parts: RunParts;
  readonly #parents: Parents | undefined;
  #isOver = false;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#parents = parts.hasContexts ? new WeakMap() : undefined;
  }

  async run(step: PlanStep): Promise<void> {
    await this.#step(step, [this.root]);
  }

  async #step(step: PlanStep, targets: readonly object[]): Promise<void> {
    switch (step.kind) {
      case 'sequence':
        for (const each of step.steps) await this.#step(each, targets);
        return;
      case 'parallel':
        await Promise.all(step.steps.map((each) => this.#step(each, targets)));
        return;
      case 'at':
        return this.#step(step.step, objectsAt(targets, step.path, this.#parents));
      case 'fetch':
        return this.#fetchStep(step, targets);
    }
  }

  async #fetchStep(step: FetchStep, targets: readonly object[]): Promise<void> {
    if (targets.length === 0 || this.#isOver) return;
    if (step.contextRewrites.length === 0 || !this.#parents) return this.#fetch(step, targets, {});
    const reader = new ContextReader(step.contextRewrites, this.#parents, this.#parts.types);
    const { groups, uncertain } = reader.group(targets);
    // What it would have given is missing for the same reason as its context.
    for (const { entity, holders } of uncertain)
      for (const holder of holders)
        for (const { problem } of this.failures.at(holder)) this.#attach(step, [entity], [], problem);
    await Promise.all(groups.map(({ values, entities }) => this.#fetch(step, entities, values)));
  }

  async #fetch(step: FetchStep, targets: readonly object[], extra: JsonObject): Promise<void> {
    const variables: JsonObject = { ...extra };
    for (const name of step.variables) {
      const value = own(this.#parts.variables, name);
      if (value !== undefined) variables[name] = value;
    }
    const { types } = this.#parts;
    if (!step.entities) {
      const breaches = new Breaches(types);
      const answer = await this.#ask(step, variables, ({ data }) => {
        if (isMap(data)) breaches.look(data, step.expected);
        return breaches.found.length === 0;
      });
      this.#takeRoot(step, targets as readonly JsonObject[], answer, breaches.found);
      return;
    }
    const asked = this.#represented(step, step.entities, targets);
    if (asked.representations.length === 0) return;
    variables[step.entities.variable] = asked.representations;
    const breaches: (readonly Breach[])[] = [];
    const answer = await this.#ask(step, variables, ({ data, errors }) => {
      const given = entitiesOf(data);
      if (given?.length !== asked.entities.length) return !isMap(data) || (errors?.length ?? 0) > 0;
      given.forEach((each, index) => {
        const type = own(asked.representations[index], '__typename') as string;
        breaches.push(breachesOfEntity(each, step, type, types));
      });
      return breaches.every(({ length }) => length === 0);
    });
    this.#takeEntities(step, asked.entities, answer, breaches);
  }

  /** @param inspect tells whether an answer is as it has to be, before it is counted */
  async #ask(
    step: FetchStep,
    variables: JsonObject,
    inspect: (answer: ExecutionResult) => boolean,
  ): Promise<ExecutionResult> {
    const known = await this.#parts.recorded?.(step, variables, inspect);
    if (known) return known;
    const { subgraph, query, operationName } = step;
    const request = { query, variables, operationName: operationName ?? null };
    return this.#parts.fetchFrom(subgraph)(request, this.#parts.context, inspect);
  }

  /** Each representation once, with the entities that it stands for. */
  #represented(
    step: FetchStep,
    { requires, inputRewrites }: EntityFetch,
    targets: readonly object[],
  ): { readonly representations: JsonObject[]; readonly entities: JsonObject[][] } {
    const { types } = this.#parts;
    const representations: JsonObject[] = [];
    const entities: JsonObject[][] = [];
    const places = new Map<string, number>();
    for (const target of targets) {
      const made = represent(target, requires, types);
      // What it would have given is missing for the same reason as what it requires.
      if (made === undefined)
        for (const problem of problemsWithin(target, requires, this.failures))
          this.#attach(step, [target], [], problem);
      if (!isMap(made) || own(made, '__typename') === undefined) continue;
      rewrite(inputRewrites, made, types);
      const text = JSON.stringify(made);
      const known = places.get(text);
      if (known !== undefined) {
        entities[known]!.push(target as JsonObject);
        continue;
      }
      places.set(text, representations.length);
      representations.push(made);
      entities.push([target as JsonObject]);
    }
    return { representations, entities };
  }

  /** A field may return the type of the root: its fields are then asked for once, for every place where it stands. */
  #takeRoot(
    step: FetchStep,
    targets: readonly JsonObject[],
    { data, errors = [] }: ExecutionResult,
    breaches: readonly Breach[],
  ): void {
    if (isMap(data)) {
      rewrite(step.outputRewrites, data, this.#parts.types);
      this.#giveEach(step, targets, data);
    }
    const places: (readonly (string | number)[])[] = [];
    for (const error of errors) {
      const path = internalPath(step, error.path);
      const isOfField = step.outputs.has(String(path[0]));
      places.push(isOfField ? (error.path ?? []) : []);
      this.#attach(step, targets, isOfField ? path : [], problemOf(error, step), isMap(data));
    }
    this.#attachBreaches(step, targets, breaches, places);
    const { endsWithout } = this.#parts;
    this.#isOver ||= [...step.outputs].some((name) => endsWithout.has(name) && own(this.root, name) == null);
  }

  #takeEntities(
    step: FetchStep,
    entities: readonly JsonObject[][],
    { data, errors = [] }: ExecutionResult,
    breaches: readonly (readonly Breach[])[],
  ): void {
    const given = entitiesOf(data);
    const isWhole = given?.length === entities.length;
    if (isWhole) {
      rewrite(step.outputRewrites, given, this.#parts.types);
      given.forEach((each, index) => {
        if (isMap(each)) this.#giveEach(step, entities[index]!, each);
      });
    }
    /** Of each entity, where errors say what is wrong with it. */
    const places = entities.map((): (readonly (string | number)[])[] => []);
    let saysWhyNone = isWhole;
    for (const error of errors) {
      const problem = problemOf(error, step);
      const index = entityIndex(error.path);
      const of = index === undefined ? undefined : entities[index];
      const path = of ? internalPath(step, error.path!.slice(2)) : [];
      if (of) places[index!]!.push(error.path!.slice(2));
      else places.forEach((each) => each.push([]));
      this.#attach(step, of ?? entities.flat(), path, problem, !of && isWhole);
      saysWhyNone ||= !of;
    }
    if (!saysWhyNone) this.#attach(step, entities.flat(), [], missingFrom(step));
    breaches.forEach((each, index) => this.#attachBreaches(step, entities[index]!, each, places[index]!));
  }

  /** @param explained where errors say what is wrong */
  #attachBreaches(
    step: FetchStep,
    holders: readonly object[],
    breaches: readonly Breach[],
    explained: readonly (readonly (string | number)[])[],
  ): void {
    if (breaches.length === 0) return;
    const problems = { missing: missingFrom(step), wrong: wrongFrom(step) };
    for (const { path, isMissing } of breaches) {
      if (explained.some((place) => isOnOneWay(place, path))) continue;
      this.#attach(step, holders, internalPath(step, path), isMissing ? problems.missing : problems.wrong);
    }
  }

  #giveEach({ outputs }: FetchStep, targets: readonly JsonObject[], given: JsonObject): void {
    // What it was not asked for might be what another subgraph says.
    for (const key of Object.keys(given)) if (!outputs.has(key) && key !== '__typename') delete given[key];
    targets.forEach((target, index) => {
      // Objects below are changed by what comes later: each target has its own.
      merge(target, index === 0 ? given : copyOf(given), this.#parts.types);
    });
  }

  #attach(
    { outputs }: FetchStep,
    holders: readonly object[],
    path: readonly (string | number)[],
    problem: SubgraphProblem,
    loose = false,
  ): void {
    for (const each of holders) this.failures.attach(each, path, problem, { outputs, loose });
  }
}

/** What went wrong with anything of an entity that is required. */
function problemsWithin(source: unknown, parts: readonly Requirement[], failures: Failures): Set<SubgraphProblem> {
  const found = new Set<SubgraphProblem>();
  const look = (value: unknown, within: readonly Requirement[]): void => {
    if (!isObject(value)) return;
    for (const { problem } of failures.at(value)) found.add(problem);
    if (Array.isArray(value)) value.forEach((each) => look(each, within));
    else {
      for (const part of within) if (part.parts) look(part.kind === 'on' ? value : own(value, part.name), part.parts);
    }
  };
  look(source, parts);
  return found;
}

const internalPath = (step: FetchStep, path: readonly (string | number)[] | undefined): (string | number)[] =>
  (path ?? []).map((part) => (typeof part === 'string' ? (step.renamed.get(part) ?? part) : part));

/** Whether one of two paths begins with the other one. */
const isOnOneWay = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.slice(0, other.length).every((part, at) => part === other[at]);

function entitiesOf(data: unknown): unknown[] | undefined {
  const given = isMap(data) ? own(data, '_entities') : undefined;
  return Array.isArray(given) ? (given as unknown[]) : undefined;
}

function breachesOfEntity(entity: unknown, { expected }: FetchStep, type: string, types: TypeTest): readonly Breach[] {
  if (entity === null) return [];
  if (!isMap(entity)) return [{ path: [], isMissing: false }];
  const breaches = new Breaches(types);
  breaches.look(entity, expected, type);
  return breaches.found;
}

const problemOf = (error: GraphQLError, { subgraph }: FetchStep): SubgraphProblem => ({
  message: error.message,
  extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', ...error.extensions, [askedSubgraph]: subgraph },
});

const missingFrom = ({ subgraph }: FetchStep): SubgraphProblem => ({
  message: `The answer of ${subgraph} leaves out what it was asked for.`,
  extensions: { code: 'SUBGRAPH_ANSWER_INVALID', [askedSubgraph]: subgraph },
});

const wrongFrom = ({ subgraph }: FetchStep): SubgraphProblem => ({
  message: `The answer of ${subgraph} has something that is not of its type.`,
  extensions: { code: 'SUBGRAPH_ANSWER_INVALID', [askedSubgraph]: subgraph },
});
