import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type ASTVisitor,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

interface RootSelection {
  /**
   * The selection sets of the operation itself: its own, and those of the fragments that it reaches without going
   * through a field.
   */
  readonly sets: Set<SelectionSetNode>;
  readonly fields: FieldNode[];
  /** `@skip` and `@include` on the fields, and on the fragments around them. */
  readonly conditions: DirectiveNode[];
}

const conditionsOf = (directives: readonly DirectiveNode[] | undefined): DirectiveNode[] =>
  (directives ?? []).filter(({ name }) => name.value === 'skip' || name.value === 'include');

/**
 * What an operation selects at its root, through fragments too; each fragment is looked at once, however often it is
 * spread.
 */
export function rootSelection(document: DocumentNode, operation: OperationDefinitionNode): RootSelection {
  const found: RootSelection = { sets: new Set(), fields: [], conditions: [] };
  const fragments = new Map(
    document.definitions
      .filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION)
      .map((each) => [each.name.value, each]),
  );
  const collect = (set: SelectionSetNode | undefined): void => {
    if (!set || found.sets.has(set)) return;
    found.sets.add(set);
    for (const selection of set.selections) {
      found.conditions.push(...conditionsOf(selection.directives));
      if (selection.kind === Kind.FIELD) found.fields.push(selection);
      else
        collect(
          selection.kind === Kind.INLINE_FRAGMENT
            ? selection.selectionSet
            : fragments.get(selection.name.value)?.selectionSet,
        );
    }
  };
  collect(operation.selectionSet);
  return found;
}

/** How the field is called in the answer. */
export const responseKeyOf = (field: FieldNode): string => field.alias?.value ?? field.name.value;

/**
 * The one field that a subscription selects, with everything that is selected of it at any place.
 * @throws GraphQLError where it selects none, several, or one that hangs on a condition
 */
export function subscriptionField(document: DocumentNode, operation: OperationDefinitionNode): FieldNode {
  const { fields, conditions } = rootSelection(document, operation);
  if (conditions.length > 0)
    throw new GraphQLError(
      '@skip and @include do not go with the field of a subscription, nor with a fragment around it. Leave the subscription out instead.',
      { nodes: conditions },
    );
  const [first] = fields;
  if (
    !first ||
    first.name.value.startsWith('__') ||
    fields.some((each) => responseKeyOf(each) !== responseKeyOf(first))
  ) {
    throw new GraphQLError('A subscription selects one field that streams. Subscribe once for each.', {
      nodes: fields,
    });
  }
  const selections = fields.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return first.selectionSet ? { ...first, selectionSet: { ...first.selectionSet, selections } } : first;
}

/** In place of the rule of graphql-js, which fails on a condition that hangs on a variable. */
export function OneSubscriptionField(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (node.operation !== OperationTypeNode.SUBSCRIPTION) return;
      try {
        subscriptionField(context.getDocument(), node);
      } catch (error) {
        context.reportError(error as GraphQLError);
      }
    },
  };
}
