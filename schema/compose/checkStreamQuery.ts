import { Kind, print, type FieldDefinitionNode, type InputValueDefinitionNode } from 'graphql';
import type { StreamUnderCheck } from './checkEventStreams.ts';
import { directivesOf, namedTypeOf, type IndexedType } from './typeIndex.ts';

const printed = (args: readonly InputValueDefinitionNode[]) =>
  args
    .map((each) => `${each.name.value}: ${print(each.type)}`)
    .sort()
    .join(', ');
const without = (node: FieldDefinitionNode, name: string | null | undefined) =>
  (node.arguments ?? []).filter((each) => each.name.value !== name);
const bare = (field: FieldDefinitionNode) => print(field.type).replace(/!$/, '');
const fileOf = (node: FieldDefinitionNode) => node.loc?.source.name;

/**
 * Checks the Query field that answers a stream: it must have the same arguments and type as the stream, and belong to
 * the domain whose feed the stream follows.
 */
export function checkStreamQuery(stream: StreamUnderCheck): void {
  const {
    declared: { query },
    node,
    types,
    report,
  } = stream;
  const target = types.get('Query')?.fields.get(query);
  const [first] = target?.nodes ?? [];
  if (!target || !first)
    return report('query', `there is no Query.${query}. Name the Query field that answers the same selection.`);
  const own = target.nodes.find((each) => fileOf(each) === fileOf(node));
  if (!own) {
    report(
      'query',
      `Query.${query} is of ${fileOf(first)}, which does not know the feed's version. Name a Query field of the subgraph that declares the stream.`,
    );
  }
  checkArguments(stream, own ?? first);
  if (bare(own ?? first) !== bare(node))
    report(
      'query',
      `it returns ${print(node.type)}, but Query.${query} returns ${print((own ?? first).type)}. Return the same type.`,
    );
  if (node.type.kind === Kind.NON_NULL_TYPE && (own ?? first).type.kind !== Kind.NON_NULL_TYPE) {
    report('query', `it promises ${print(node.type)}, but Query.${query} may answer null. Make the field nullable.`);
  }
  checkAnswerType(stream);
}

function checkArguments(
  { declared: { query, since }, node, report }: StreamUnderCheck,
  target: FieldDefinitionNode,
): void {
  if (since != null) {
    const argument = target.arguments?.find((each) => each.name.value === since);
    if (!argument || print(argument.type) !== 'Int') {
      report(
        'since',
        `since "${since}" is no argument of Query.${query} that may be null or a version. Add \`${since}: Int\` to it.`,
      );
    }
    if (node.arguments?.some((each) => each.name.value === since)) {
      report(
        'since',
        `since "${since}" is an argument of the stream, too: the runtime fills it in. Take it from the subscription field.`,
      );
    }
  }
  const [ours, theirs] = [printed(without(node, since)), printed(without(target, since))];
  if (ours === theirs) return;
  report(
    'query',
    `its arguments (${ours}) are not those of Query.${query} (${theirs}). Make them the same${since == null ? ', or name with `since:` the one that asks for changes' : ''}.`,
  );
}

const builtIn = ['ID', 'String', 'Int', 'Float', 'Boolean'];
const isStub = (type: IndexedType) =>
  type.nodes.length > 0 &&
  type.nodes.every((each) =>
    directivesOf(each, 'key').some((key) =>
      key.arguments?.some(
        ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
      ),
    ),
  );

/**
 * A type that every subgraph declares as somebody else's has no owner: nobody could resolve its fields beyond the
 * key.
 */
function checkAnswerType({ declared: { query }, node, answer, report }: StreamUnderCheck): void {
  const name = namedTypeOf(node.type);
  if (builtIn.includes(name)) return;
  if (!answer)
    report('field', `its type ${name} is defined by no subgraph. Define it where Query.${query} is resolved.`);
  else if (isStub(answer))
    report(
      'field',
      `its type ${name} is resolved by no subgraph: all declare it with \`resolvable: false\`. Resolve it where Query.${query} is, or return another type.`,
    );
}
