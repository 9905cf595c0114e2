import { isAbstractType, isInterfaceType, isObjectType, isInputType, type GraphQLSchema } from 'graphql';
import { own } from './ownValue.ts';

/** What a supergraph says of its types, asked by the names that objects carry. */
export class TypeTest {
  readonly #schema: GraphQLSchema;
  readonly #subtypes = new Map<string, ReadonlySet<string>>();

  /** @param schema all types, with those that clients do not see */
  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Whether an object is of a type; undefined if it does not say of which it is. */
  isOf(object: unknown, type: string): boolean | undefined {
    const name = own(object, '__typename');
    return typeof name === 'string' ? this.isOfType(name, type) : undefined;
  }

  isOfType = (name: string, type: string): boolean => name === type || this.#subtypesOf(type).has(name);

  isInterface = (name: unknown): boolean => typeof name === 'string' && isInterfaceType(this.#schema.getType(name));

  #subtypesOf(name: string): ReadonlySet<string> {
    let known = this.#subtypes.get(name);
    if (!known) {
      const type = this.#schema.getType(name);
      const all = Object.values(this.#schema.getTypeMap());
      known = new Set(
        isAbstractType(type)
          ? all.flatMap((each) =>
              !isInputType(each) && (isObjectType(each) || isInterfaceType(each)) && this.#schema.isSubType(type, each)
                ? [each.name]
                : [],
            )
          : [],
      );
      this.#subtypes.set(name, known);
    }
    return known;
  }
}
