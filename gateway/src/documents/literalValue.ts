import { Kind, type ValueNode } from 'graphql';
import { ExactNumber } from './exactNumber.ts';

/** What a literal says, its numbers with all their digits, whatever its type is. */
export function literalValue(node: ValueNode, variables?: Readonly<Record<string, unknown>> | null): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return ExactNumber.of(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.LIST:
      return node.values.map((each) => literalValue(each, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, literalValue(value, variables)]));
    case Kind.VARIABLE:
      return variables?.[node.name.value];
  }
}
