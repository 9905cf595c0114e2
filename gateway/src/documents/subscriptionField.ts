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
   * The selection sets at the root: that of the operation, and those of the fragments that it spreads there, at any
   * depth.
   */
  readonly sets: Set<SelectionSetNode>;
  readonly fields: FieldNode[];
  /** The `@skip` and `@include` directives on root fields, and on the fragments around them. */
  readonly conditions: DirectiveNode[];
}

const conditionsOf = (directives: readonly DirectiveNode[] | undefined): DirectiveNode[] =>
  (directives ?? []).filter(({ name }) => name.value === 'skip' || name.value === 'include');

/**
 * Collects what an operation selects at its root, through fragments too. Each fragment is visited once, however often
 * it is spread.
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

/** The field's key in the answer: its alias or its name. */
export const responseKeyOf = (field: FieldNode): string => field.alias?.value ?? field.name.value;

/**
 * Returns the single root field of a subscription, with the selections that the document makes on it merged.
 * @throws GraphQLError if it selects no field, several fields, or one under `@skip` or `@include`
 */
export function subscriptionField(document: DocumentNode, operation: OperationDefinitionNode): FieldNode {
  const { fields, conditions } = rootSelection(document, operation);
  if (conditions.length > 0)
    throw new GraphQLError(
      '@skip and @include are not allowed on the field of a subscription, nor on a fragment around it.',
      { nodes: conditions },
    );
  const [first] = fields;
  if (
    !first ||
    first.name.value.startsWith('__') ||
    fields.some((each) => responseKeyOf(each) !== responseKeyOf(first))
  ) {
    throw new GraphQLError('A subscription selects exactly one field. Use a subscription for each field.', {
      nodes: fields,
    });
  }
  const selections = fields.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return first.selectionSet ? { ...first, selectionSet: { ...first.selectionSet, selections } } : first;
}

/**
 * A validation rule that replaces `SingleFieldSubscriptionsRule` of graphql-js, which throws when a condition depends
 * on a variable.
 */
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
