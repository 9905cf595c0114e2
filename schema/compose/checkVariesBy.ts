import { Kind, type ConstDirectiveNode } from 'graphql';
import { at, placeOf, type CompositionProblem } from './compositionProblem.ts';
import { directivesOf, type IndexedType } from './typeIndex.ts';

/**
 * What an answer may depend on besides the caller's kind, roles and scopes: the subject, and the bindings that tokens
 * of this chain may have.
 */
const dimensions = ['subject', 'store', 'courier', 'partner', 'vendor', 'device'] as const;

const callerOf = (directive: ConstDirectiveNode): string[] => {
  const value = directive.arguments?.find(({ name }) => name.value === 'caller')?.value;
  return value?.kind === Kind.LIST
    ? value.values.flatMap((each) => (each.kind === Kind.STRING ? [each.value] : []))
    : [];
};

type Declaring = { readonly directives?: readonly ConstDirectiveNode[] };

/**
 * Checks `@variesBy`. An unknown dimension would share nothing. When two subgraphs disagree, one of them is wrong,
 * and its callers would get the answers of others, or none. A subgraph without the directive agrees with all others.
 */
export function checkVariesBy(types: Map<string, IndexedType>): CompositionProblem[] {
  const problems: CompositionProblem[] = [];
  const check = (what: string, nodes: readonly Declaring[]) => {
    const declared = nodes.flatMap((node) => directivesOf(node, 'variesBy'));
    for (const directive of declared) problems.push(...unknownIn(directive, what));
    const [first] = declared;
    const other = declared.find((each) => said(each) !== said(first!));
    if (first && other) {
      problems.push({
        ...at(other, what),
        subject: `other-varies-by:${what}`,
        message: `${what} varies by [${said(other)}] here, but by [${said(first)}] in ${placeOf(first, what)}. Write the same in both: all that any of them depends on.`,
      });
    }
  };
  for (const type of types.values()) {
    check(type.name, type.nodes);
    for (const field of type.fields.values()) check(`${type.name}.${field.name}`, field.nodes);
  }
  return problems;
}

const said = (directive: ConstDirectiveNode): string => [...new Set(callerOf(directive))].sort().join(', ');

function unknownIn(directive: ConstDirectiveNode, what: string): CompositionProblem[] {
  return callerOf(directive)
    .filter((name) => !(dimensions as readonly string[]).includes(name))
    .map((name) => ({
      ...at(directive, what),
      subject: `unknown-varies-by:${what}`,
      message: `${what} varies by "${name}", which no caller has. Use ${dimensions.join(', ')}, or [] for an answer that is the same for all.`,
    }));
}
