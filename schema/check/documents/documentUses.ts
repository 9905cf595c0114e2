import {
  Kind,
  TypeInfo,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  typeFromAST,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type ConstObjectValueNode,
  type ConstValueNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  type ObjectValueNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';

/** A field that a document selects, or a directive that it has, with the node that does. */
export interface Selection {
  readonly node: FieldNode | DirectiveNode;
  /** The argument that is given, by name. */
  readonly given: ReadonlyMap<string, ValueNode>;
}

/** An input object within a default of the schema. */
export interface InputDefault {
  readonly value: ConstObjectValueNode;
  /** The place in the document that leaves it to the schema. */
  readonly node: ASTNode;
}

/** What a document needs of a schema, by names and coordinates. */
export interface DocumentUses {
  /** By `Type.field` or `@directive`. */
  readonly selections: ReadonlyMap<string, readonly Selection[]>;
  /** Enums of which the answer contains values. */
  readonly enumsRead: ReadonlyMap<string, ASTNode>;
  /** Enum values that the document contains as literals, by `Enum.VALUE`. */
  readonly enumLiterals: ReadonlyMap<string, ASTNode>;
  /** Input types and enums of which a variable may carry any value, so that the check cannot know which. */
  readonly variableTypes: ReadonlyMap<string, ASTNode>;
  /** Input objects that stand in the document as literals, by type. */
  readonly inputLiterals: ReadonlyMap<string, readonly ObjectValueNode[]>;
  /** Input objects that the schema puts in by its defaults where the document may leave something out, by type. */
  readonly inputDefaults: ReadonlyMap<string, readonly InputDefault[]>;
  /** Interfaces and unions of which the answer contains objects, so that a new member may turn up in it. */
  readonly abstractRead: ReadonlyMap<string, ASTNode>;
  /** The types that fragments name. */
  readonly conditions: ReadonlyMap<string, ASTNode>;
  /** Every type that the document meets, in whichever way. */
  readonly types: ReadonlyMap<string, ASTNode>;
  /** By name, the type that each variable is declared with. */
  readonly variables: ReadonlyMap<string, VariableDefinitionNode>;
}

type Defaulted = Pick<GraphQLArgument | GraphQLInputField, 'name' | 'type' | 'astNode'>;

class Uses implements DocumentUses {
  readonly selections = new Map<string, Selection[]>();
  readonly enumsRead = new Map<string, ASTNode>();
  readonly enumLiterals = new Map<string, ASTNode>();
  readonly variableTypes = new Map<string, ASTNode>();
  readonly inputLiterals = new Map<string, ObjectValueNode[]>();
  readonly inputDefaults = new Map<string, InputDefault[]>();
  readonly abstractRead = new Map<string, ASTNode>();
  readonly conditions = new Map<string, ASTNode>();
  readonly types = new Map<string, ASTNode>();
  readonly variables = new Map<string, VariableDefinitionNode>();

  /** Keeps the first place at which something is met. */
  note(map: Map<string, ASTNode>, name: string, node: ASTNode): void {
    if (!map.has(name)) map.set(name, node);
  }

  add<Value>(map: Map<string, Value[]>, name: string, value: Value): void {
    map.set(name, [...(map.get(name) ?? []), value]);
  }

  /** What may be left out among these is what their defaults say, and so is what those leave out. */
  leave(members: readonly Defaulted[], given: ReadonlyMap<string, ValueNode>, node: ASTNode): void {
    for (const { name, type, astNode } of members) {
      const value = astNode?.defaultValue;
      if (value && mayBeAbsent(given.get(name), this)) this.#putIn(value, type, node);
    }
  }

  #putIn(value: ConstValueNode, type: GraphQLInputType, node: ASTNode): void {
    if (value.kind === Kind.LIST) return value.values.forEach((each) => this.#putIn(each, type, node));
    const named = getNamedType(type);
    if (value.kind !== Kind.OBJECT || !isInputObjectType(named)) return;
    if (this.inputDefaults.get(named.name)?.some((known) => known.value === value)) return;
    this.add(this.inputDefaults, named.name, { value, node });
    const fields = Object.values(named.getFields());
    const given = new Map(value.fields.map((field) => [field.name.value, field.value]));
    for (const field of fields) {
      const own = given.get(field.name);
      if (own) this.#putIn(own, field.type, node);
    }
    this.leave(fields, given, node);
  }

  /** A variable may carry any value of its type: all input fields and enums that the type leads to. */
  reach(type: GraphQLInputType | undefined, node: ASTNode): void {
    const named = getNamedType(type);
    if (!named || this.variableTypes.has(named.name)) return;
    this.note(this.types, named.name, node);
    if (!isInputObjectType(named) && !isEnumType(named)) return;
    this.variableTypes.set(named.name, node);
    if (isInputObjectType(named)) for (const field of Object.values(named.getFields())) this.reach(field.type, node);
  }
}

/** What a valid document needs of the schema that it is valid for. */
export function documentUses(schema: GraphQLSchema, document: DocumentNode): DocumentUses {
  const uses = new Uses();
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      VariableDefinition(node) {
        uses.variables.set(node.variable.name.value, node);
        uses.reach(typeFromAST(schema, node.type as never) as GraphQLInputType | undefined, node);
      },
      Directive(node) {
        const given = givenTo(node);
        uses.add(uses.selections, `@${node.name.value}`, { node, given });
        uses.leave(typeInfo.getDirective()?.args ?? [], given, node);
      },
      InlineFragment(node) {
        if (node.typeCondition) noteCondition(uses, node.typeCondition.name.value, node);
      },
      FragmentDefinition: (node) => noteCondition(uses, node.typeCondition.name.value, node),
      Field(node) {
        noteField(uses, typeInfo, node);
        uses.leave(argumentsOf(schema, typeInfo, node), givenTo(node), node);
      },
      EnumValue(node) {
        const type = getNamedType(typeInfo.getInputType());
        if (type) uses.note(uses.enumLiterals, `${type.name}.${node.value}`, node);
        if (type) uses.note(uses.types, type.name, node);
      },
      ObjectValue(node) {
        const type = getNamedType(typeInfo.getInputType());
        if (type) uses.add(uses.inputLiterals, type.name, node);
        if (type) uses.note(uses.types, type.name, node);
        const given = new Map(node.fields.map(({ name, value }) => [name.value, value]));
        if (isInputObjectType(type)) uses.leave(Object.values(type.getFields()), given, node);
      },
    }),
  );
  return uses;
}

/** The arguments of a field; of an interface's field those of each type that may answer, which have own defaults. */
function argumentsOf(schema: GraphQLSchema, typeInfo: TypeInfo, { name }: FieldNode): readonly GraphQLArgument[] {
  const parent = typeInfo.getParentType();
  if (!isInterfaceType(parent)) return typeInfo.getFieldDef()?.args ?? [];
  return schema.getPossibleTypes(parent).flatMap((type) => type.getFields()[name.value]?.args ?? []);
}

const givenTo = ({ arguments: given = [] }: FieldNode | DirectiveNode): Map<string, ValueNode> =>
  new Map(given.map(({ name, value }) => [name.value, value]));

function noteCondition(uses: Uses, type: string, node: ASTNode): void {
  uses.note(uses.conditions, type, node);
  uses.note(uses.types, type, node);
}

function noteField(uses: Uses, typeInfo: TypeInfo, node: FieldNode): void {
  const parent = typeInfo.getParentType();
  const type = getNamedType(typeInfo.getType());
  if (!parent || !type) return;
  uses.add(uses.selections, `${parent.name}.${node.name.value}`, { node, given: givenTo(node) });
  uses.note(uses.types, parent.name, node);
  uses.note(uses.types, type.name, node);
  if (isLeafType(type) && isEnumType(type)) uses.note(uses.enumsRead, type.name, node);
  if (isAbstractType(type)) uses.note(uses.abstractRead, type.name, node);
}

/**
 * Whether a value that a document gives can be left out at run time, so that the default applies: a variable that may
 * be absent and has no default of its own.
 */
export function mayBeAbsent(value: ValueNode | undefined, { variables }: Pick<DocumentUses, 'variables'>): boolean {
  if (value === undefined) return true;
  if (value.kind !== Kind.VARIABLE) return false;
  const variable = variables.get(value.name.value);
  return variable !== undefined && variable.type.kind !== Kind.NON_NULL_TYPE && variable.defaultValue === undefined;
}

/** Whether a value that a document gives may be null at run time. */
export function mayBeNull(value: ValueNode | undefined, { variables }: DocumentUses): boolean {
  if (value === undefined) return false;
  if (value.kind === Kind.NULL) return true;
  return value.kind === Kind.VARIABLE && variables.get(value.name.value)?.type.kind !== Kind.NON_NULL_TYPE;
}

/**
 * Whether a value that is valid for the type may be null at run time, or have a null within its list, where the type
 * takes none: a variable with a default may stand there, and be null for all that.
 */
export function mayBeRefusedNull(value: ValueNode, type: GraphQLInputType, uses: DocumentUses): boolean {
  if (isNonNullType(type)) return mayBeNull(value, uses) || mayBeRefusedNull(value, type.ofType, uses);
  if (!isListType(type) || value.kind !== Kind.LIST) return false;
  return value.values.some((each) => mayBeRefusedNull(each, type.ofType, uses));
}

/** Whether every value of type `from` is one of type `to`, by wrapping types and names alone. */
export function isNarrower(from: GraphQLInputType, to: GraphQLInputType): boolean {
  if (isNonNullType(to)) return isNonNullType(from) && isNarrower(from.ofType, to.ofType);
  const inner = getNullableType(from);
  if ('ofType' in to)
    return 'ofType' in inner && isNarrower(inner.ofType as GraphQLInputType, to.ofType as GraphQLInputType);
  return !('ofType' in inner) && inner.name === to.name;
}
