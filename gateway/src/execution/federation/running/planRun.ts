import type { ExecutionResult, GraphQLError } from 'graphql';
import type { SubgraphFetch, SubgraphFetchContext } from '../../dataSources/subgraphFetch.ts';
import type { EntityFetch, FetchStep, PlanStep, Requirement } from '../planning/compiledPlan.ts';
import { groupByContext } from './contextValues.ts';
import { Failures, type SubgraphProblem } from './failures.ts';
import { copyOf, merge } from './merge.ts';
import { isMap, own, type JsonObject } from './ownValue.ts';
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
}

/** Runs a plan: gathers in one tree, by internal names, what the subgraphs say, and what they say went wrong. */
export class PlanRun {
  readonly root: JsonObject = {};
  readonly failures = new Failures();
  readonly #parts: RunParts;
  readonly #parents: Parents | undefined;

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
    if (targets.length === 0) return;
    if (step.contextRewrites.length === 0 || !this.#parents) return this.#fetch(step, targets, {});
    const groups = groupByContext(step.contextRewrites, targets, this.#parents, this.#parts.types);
    await Promise.all(groups.map(({ values, entities }) => this.#fetch(step, entities, values)));
  }

  async #fetch(step: FetchStep, targets: readonly object[], extra: JsonObject): Promise<void> {
    const variables: JsonObject = { ...extra };
    for (const name of step.variables) {
      const value = own(this.#parts.variables, name);
      if (value !== undefined) variables[name] = value;
    }
    if (!step.entities) {
      const answer = await this.#ask(step, variables);
      this.#takeRoot(step, targets as readonly JsonObject[], answer);
      return;
    }
    const asked = this.#represented(step, step.entities, targets);
    if (asked.representations.length === 0) return;
    variables[step.entities.variable] = asked.representations;
    this.#takeEntities(step, asked.entities, await this.#ask(step, variables));
  }

  #ask({ subgraph, query, operationName }: FetchStep, variables: JsonObject): Promise<ExecutionResult> {
    return this.#parts.fetchFrom(subgraph)(
      { query, variables, operationName: operationName ?? null },
      this.#parts.context,
    );
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
  #takeRoot(step: FetchStep, targets: readonly JsonObject[], { data, errors }: ExecutionResult): void {
    if (isMap(data)) {
      rewrite(step.outputRewrites, data, this.#parts.types);
      this.#giveEach(targets, data);
    }
    const unexplained = isMap(data) ? missing(step, data) : new Set<string>();
    for (const error of errors ?? []) {
      const path = internalPath(step, error.path);
      const isOfField = step.outputs.has(String(path[0]));
      if (isOfField) unexplained.delete(String(path[0]));
      else unexplained.clear();
      this.#attach(step, targets, isOfField ? path : [], problemOf(error, step), isMap(data));
    }
    for (const name of unexplained) this.#attach(step, targets, [name], missingFrom(step));
  }

  #takeEntities(step: FetchStep, entities: readonly JsonObject[][], { data, errors = [] }: ExecutionResult): void {
    const given = isMap(data) ? own(data, '_entities') : undefined;
    const isWhole = Array.isArray(given) && given.length === entities.length;
    if (isWhole) {
      rewrite(step.outputRewrites, given, this.#parts.types);
      given.forEach((each, index) => this.#takeEntity(step, entities[index]!, each));
    }
    let saysWhyNone = isWhole;
    for (const error of errors) {
      const problem = problemOf(error, step);
      const index = error.path?.[1];
      const of = typeof index === 'number' ? entities[index] : undefined;
      const path = of ? internalPath(step, error.path!.slice(2)) : [];
      this.#attach(step, of ?? entities.flat(), path, problem, !of && isWhole);
      saysWhyNone ||= !of;
    }
    if (!saysWhyNone) this.#attach(step, entities.flat(), [], notAvailable(step));
  }

  #takeEntity(step: FetchStep, entities: readonly JsonObject[], given: unknown): void {
    if (given === null) return;
    if (!isMap(given)) return this.#attach(step, entities, [], notAvailable(step));
    this.#giveEach(entities, given);
  }

  #giveEach(targets: readonly JsonObject[], given: JsonObject): void {
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
    if (Array.isArray(value)) value.forEach((each) => look(each, within));
    else if (isMap(value)) {
      for (const { problem } of failures.at(value)) found.add(problem);
      for (const part of within) if (part.parts) look(part.kind === 'on' ? value : own(value, part.name), part.parts);
    }
  };
  look(source, parts);
  return found;
}

const internalPath = (step: FetchStep, path: readonly (string | number)[] | undefined): (string | number)[] =>
  (path ?? []).map((part) => (typeof part === 'string' ? (step.renamed.get(part) ?? part) : part));

/** Fields of a fetch that its answer leaves out: what is null is in it. */
const missing = ({ outputs }: FetchStep, data: JsonObject): Set<string> =>
  new Set([...outputs].filter((name) => name !== '__typename' && own(data, name) === undefined));

const problemOf = (error: GraphQLError, { subgraph }: FetchStep): SubgraphProblem => ({
  message: error.message,
  extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', ...error.extensions, serviceName: subgraph },
});

const notAvailable = ({ subgraph }: FetchStep): SubgraphProblem => ({
  message: `The part of the graph that ${subgraph} answers is not available.`,
  extensions: { code: 'SUBGRAPH_UNAVAILABLE', serviceName: subgraph },
});

const missingFrom = ({ subgraph }: FetchStep): SubgraphProblem => ({
  message: `The answer of ${subgraph} leaves out what it was asked for.`,
  extensions: { code: 'SUBGRAPH_ANSWER_INVALID', serviceName: subgraph },
});
