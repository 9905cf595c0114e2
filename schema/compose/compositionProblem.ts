import type { ASTNode } from 'graphql';

/** A reason why the graph cannot be composed: where it is, what it is, and what to do. */
export interface CompositionProblem {
  /** `file:line`, relative to the repository, or the name of a subgraph. */
  readonly where: string;
  readonly message: string;
}

/** Thrown with all problems that were found, one line each. */
export class CompositionFailed extends Error {
  override readonly name = 'CompositionFailed';
  readonly problems: readonly CompositionProblem[];

  constructor(graph: string, problems: readonly CompositionProblem[]) {
    super(`${graph} does not compose:\n${problems.map(({ where, message }) => `  ${where}: ${message}`).join('\n')}`);
    this.problems = problems;
  }
}

/** `file:line` of a node that was parsed from a named source. */
export const placeOf = (node: ASTNode | undefined, otherwise: string): string =>
  node?.loc ? `${node.loc.source.name}:${node.loc.startToken.line}` : otherwise;
