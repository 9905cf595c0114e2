import type { QueryPlanSelectionNode, FetchDataKeyRenamer, FetchDataRewrite } from '@apollo/query-planner';
import type { ExpectedObject } from './expectedAnswer.ts';
import type { PlacePath } from '../running/places.ts';

/** A plan as it is run. */
export type PlanStep =
  | { readonly kind: 'sequence' | 'parallel'; readonly steps: readonly PlanStep[] }
  | { readonly kind: 'at'; readonly path: PlacePath; readonly step: PlanStep }
  | FetchStep;

/** One request to a subgraph. */
export interface FetchStep {
  readonly kind: 'fetch';
  readonly subgraph: string;
  readonly query: string;
  readonly operationName: string | undefined;
  /** Of the client's variables, those that go along. */
  readonly variables: readonly string[];
  /** What it asks of entities that are known; undefined for a fetch at the root. */
  readonly entities: EntityFetch | undefined;
  /** Internal names of the fields that it gives, at its place. */
  readonly outputs: ReadonlySet<string>;
  /** The same of its place and everything below. */
  readonly fields: ReadonlySet<string>;
  /** What its answer has, of each entity or of the root. */
  readonly expected: ExpectedObject;
  readonly outputRewrites: readonly FetchDataRewrite[];
  readonly contextRewrites: readonly FetchDataKeyRenamer[];
  /** Names under which the subgraph answers → internal names. */
  readonly renamed: ReadonlyMap<string, string>;
}

export interface EntityFetch {
  readonly requires: readonly Requirement[];
  /** The variable that the representations are sent in. */
  readonly variable: string;
  readonly inputRewrites: readonly FetchDataRewrite[];
}

/** A part of a representation. */
export type Requirement =
  | { readonly kind: 'on'; readonly type: string | undefined; readonly parts: readonly Requirement[] }
  | {
      readonly kind: 'field';
      /** In what is known so far. */
      readonly name: string;
      /** In the representation. */
      readonly sentAs: string;
      readonly parts: readonly Requirement[] | undefined;
    };

/** As the planner writes it, under internal names. */
export type RequiredSelection = QueryPlanSelectionNode;
