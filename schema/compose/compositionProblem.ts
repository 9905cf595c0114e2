import { GraphQLError, Source, getLocation, type ASTNode } from 'graphql';

/** A place in a file of the repository. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A reason why the graph cannot be composed: where it is, what it is, and what to do. */
export interface CompositionProblem {
  /** `file:line`, relative to the repository, or the name of a subgraph. */
  readonly where: string;
  /** The same as data; undefined when the problem belongs to no line. */
  readonly place?: Place;
  readonly message: string;
  /** What to do, where `message` does not end with it. */
  readonly fix?: string;
  /**
   * What it is about, by a name that stays when lines move and words change: what is wrong, a colon, and the
   * coordinate, file or name with which it is wrong.
   */
  readonly subject: string;
}

/** Thrown with all problems that were found, one line each. */
export class CompositionFailed extends Error {
  override readonly name = 'CompositionFailed';
  readonly problems: readonly CompositionProblem[];

  constructor(graph: string, problems: readonly CompositionProblem[]) {
    super(`${graph} does not compose:\n${problems.map((each) => `  ${inOneLine(each)}`).join('\n')}`);
    this.problems = problems;
  }
}

const inOneLine = ({ where, message, fix }: CompositionProblem): string =>
  `${where}: ${message}${fix === undefined ? '' : `${/[.!?]$/.test(message) ? '' : '.'} ${fix}`}`;

/** A document that is a string within a file of JSON. */
export class TextWithin extends Source {
  readonly #start: number;
  readonly #file: Source;

  constructor(text: string, { file, content }: { readonly file: string; readonly content: string }) {
    super(text, file);
    this.#start = content.indexOf(JSON.stringify(text));
    this.#file = new Source(content, file);
  }

  /** Where in the file a character of the document is; its first where the text is written with other escapes. */
  placeOf(offset: number): Place {
    const within = JSON.stringify(this.body.slice(0, offset)).length - 1;
    return { file: this.name, ...getLocation(this.#file, this.#start < 0 ? 0 : this.#start + within) };
  }
}

/** The place of a node that was parsed from a named source. A description above it does not count. */
export function placeIn(node: ASTNode | undefined): Place | undefined {
  const token = node && 'name' in node && node.name?.loc ? node.name.loc.startToken : node?.loc?.startToken;
  if (!token || !node?.loc) return undefined;
  const { source } = node.loc;
  if (source instanceof TextWithin) return source.placeOf(token.start);
  return { file: source.name, line: token.line, column: token.column };
}

/** Where in a named source an error of graphql-js is. */
export function placeOfError(error: unknown): Place | undefined {
  const [location] = error instanceof GraphQLError ? (error.locations ?? []) : [];
  const source = error instanceof GraphQLError ? error.source : undefined;
  return location && source ? { file: source.name, ...location } : undefined;
}

/** `file:line` of a node that was parsed from a named source. */
export const placeOf = (node: ASTNode | undefined, otherwise: string): string =>
  node?.loc ? `${node.loc.source.name}:${node.loc.startToken.line}` : otherwise;

/** The two forms in which a problem says where it is. */
export const at = (node: ASTNode | undefined, otherwise: string): Pick<CompositionProblem, 'where' | 'place'> => ({
  where: placeOf(node, otherwise),
  place: placeIn(node),
});
