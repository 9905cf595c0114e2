import type { GraphQLError } from 'graphql';

/** What Apollo's composition says, with a name that stays while the text may change, and a way out. */
export interface ApolloProblem {
  /** `<code of Apollo in lower case>:<coordinate>`. */
  readonly subject: string;
  readonly message: string;
  readonly fix: string;
}

/** What a way out is said about. */
interface About {
  /** The coordinate, such as `Order.total`. */
  readonly what: string;
  readonly type: string;
  /** The subgraphs that the message names, in its order. */
  readonly subgraphs: readonly string[];
  readonly message: string;
}

const both = ({ subgraphs: [one = 'one subgraph', other = 'the other'] }: About): string => `${one} and ${other}`;
const sameType = (about: About): string =>
  `Give ${about.what} the same type in ${both(about)}; if they mean different things, give one of them another name.`;
const invalidFields = (directive: string) => {
  return ({ what, type, message }: About): string => {
    const field = /Cannot query field "(\w+)" on type "(\w+)"/.exec(message);
    if (!field) return `Name in @${directive} of ${what} only fields that the type has in this subgraph.`;
    return `Correct the name in @${directive} of ${what}, or declare ${field[2] ?? type}.${field[1]} in this subgraph: with @external, if another one resolves it.`;
  };
};

/** What to do, by Apollo's code. A code that is not here is answered with where it is explained. */
const fixes: Readonly<Record<string, (about: About) => string>> = {
  INVALID_FIELD_SHARING: (about) =>
    about.message.includes('targets an unknown subgraph')
      ? `Write in @override(from:) of ${about.what} the name of a subgraph in schema/subgraphs.ts.`
      : `Let one subgraph resolve ${about.what}: take it out of the other of ${both(about)}, or make it @external there. If both answer the same, write @shareable in both. To move it, write @override(from:) where it goes.`,
  FIELD_TYPE_MISMATCH: sameType,
  FIELD_ARGUMENT_TYPE_MISMATCH: sameType,
  INPUT_FIELD_TYPE_MISMATCH: sameType,
  EXTERNAL_TYPE_MISMATCH: (about) =>
    `Give ${about.what} with @external the type that it has where it is resolved: compare ${both(about)}.`,
  EXTERNAL_ARGUMENT_MISSING: ({ what }) =>
    `Give ${what} with @external the arguments that it has where it is resolved.`,
  EXTERNAL_ARGUMENT_TYPE_MISMATCH: sameType,
  FIELD_ARGUMENT_DEFAULT_MISMATCH: (about) => `Give ${about.what} the same default in ${both(about)}.`,
  INPUT_FIELD_DEFAULT_MISMATCH: (about) => `Give ${about.what} the same default in ${both(about)}.`,
  TYPE_KIND_MISMATCH: (about) =>
    `${about.what} is one kind of type in one subgraph and another elsewhere: give one of them another name (${both(about)}).`,
  EXTERNAL_MISSING_ON_BASE: ({ what }) =>
    `Declare ${what} without @external in the subgraph that resolves it, or correct the name: no subgraph resolves it.`,
  EXTERNAL_UNUSED: ({ what }) =>
    `Take ${what} out of this subgraph, or name it in the @key, @requires or @provides that it was declared for.`,
  REQUIRES_INVALID_FIELDS: invalidFields('requires'),
  PROVIDES_INVALID_FIELDS: invalidFields('provides'),
  KEY_INVALID_FIELDS: invalidFields('key'),
  REQUIRES_FIELDS_MISSING_EXTERNAL: ({ what, message }) => {
    const named = /field "([\w.]+)" should not be part/.exec(message)?.[1] ?? 'the field';
    return `Take ${named} out of @requires of ${what}, since this subgraph resolves it itself, or declare ${named} with @external.`;
  },
  PROVIDES_FIELDS_MISSING_EXTERNAL: ({ what }) =>
    `Declare the fields in @provides of ${what} with @external, or take out those that this subgraph resolves itself.`,
  SATISFIABILITY_ERROR: ({ what, type, message }) => {
    const target = /because type "(\w+)" has no @key defined in subgraph "(\w+)"/.exec(message);
    return target
      ? `Write @key(fields: "id") on ${target[1]} in ${target[2]}, so that ${what} can be fetched there, or resolve ${what} in every subgraph that returns ${type}.`
      : `Give ${type} the same @key in the subgraph that has ${what} and in those that return ${type}.`;
  },
  ENUM_VALUE_MISMATCH: ({ what, message }) => {
    const [, value, lacking] =
      /value "(\w+)" is not defined in all[^]*not in subgraphs? "?([\w", and]+?)"?$/.exec(message) ?? [];
    return `${what} is both sent and answered, so each subgraph must have all its values: add ${value ?? 'the value'}${lacking ? ` in ${lacking.replaceAll('"', '')}` : ''}, or have an enum of its own for what is sent.`;
  },
  OVERRIDE_FROM_SELF_ERROR: ({ what }) =>
    `Write in @override(from:) of ${what} the subgraph that it comes from, or take @override away.`,
  OVERRIDE_SOURCE_HAS_OVERRIDE: ({ what }) => `Leave @override of ${what} in the one subgraph that takes it over.`,
  INTERFACE_FIELD_NO_IMPLEM: ({ what, message }) => {
    const implementing = /but type "(\w+)".*?in subgraphs? "([\w-]+)"/.exec(message);
    const field = what.split('.')[1] ?? what;
    return implementing
      ? `Add ${field} to ${implementing[1]} in ${implementing[2]}, or take ${what} out of the interface: every type of it must have every field, whichever subgraph declares it.`
      : `Add ${field} to every type that implements the interface.`;
  },
  REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH: (about) =>
    `Add ${about.what} in each subgraph that has ${about.type}, or make it optional: ${both(about)}.`,
  REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: (about) =>
    `Add ${about.what} in each subgraph that has the field, or make it optional: ${both(about)}.`,
  EMPTY_MERGED_INPUT_TYPE: ({ what }) =>
    `Give ${what} the same fields in each subgraph: clients see only those that all have. If they are different inputs, rename one.`,
  EMPTY_MERGED_ENUM_TYPE: ({ what }) =>
    `Give ${what} the same values in each subgraph: of an enum that is sent, clients see only those that all have.`,
  ONLY_INACCESSIBLE_CHILDREN: ({ what }) => `Make a field of ${what} accessible, or ${what} itself @inaccessible.`,
  REFERENCED_INACCESSIBLE: ({ what }) => `Make ${what} accessible, or @inaccessible what returns or takes it.`,
  INTERFACE_OBJECT_USAGE_ERROR: ({ what }) =>
    `Give ${what} with @interfaceObject the @key that the interface has where it is declared.`,
  INTERFACE_KEY_NOT_ON_IMPLEMENTATION: ({ what }) =>
    `Give each type that implements ${what} the @key of the interface.`,
  INVALID_GRAPHQL: ({ message }) => {
    const unknown = /Unknown type (\w+)|unknown type (\w+)/.exec(message);
    if (unknown) {
      const name = unknown[1] ?? unknown[2];
      return `Declare ${name} in this subgraph, or correct its name. What another subgraph has must be declared here, too: an entity as a stub with its @key.`;
    }
    if (message.includes('Unknown directive "@oneOf"'))
      return 'Federation composes no inputs of which exactly one field is given: leave @oneOf out, let each field be null, and have the command refuse what has none or several.';
    const directive = /Unknown directive "(@\w+)"/.exec(message)?.[1];
    if (directive) return `Declare ${directive}, or import it in schema/base.graphql, or correct its name.`;
    const interfaceField = /Interface field (\w+)\.(\w+) expected but (\w+) does not/.exec(message);
    if (interfaceField)
      return `Add ${interfaceField[2]} to ${interfaceField[3]}, or take it out of ${interfaceField[1]}.`;
    const twice = /(?:Field|Enum value) (\w+) already exists on (\w+)/.exec(message);
    if (twice) return `Take one of the two declarations of ${twice[2]}.${twice[1]} away.`;
    return 'Correct the SDL of this subgraph: it is not valid by itself.';
  },
};

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function apolloProblem({ message, extensions }: GraphQLError): ApolloProblem {
  const code = typeof extensions['code'] === 'string' ? extensions['code'] : 'UNKNOWN';
  const what = coordinateIn(message);
  const about: About = {
    what,
    type: what.split('.')[0] ?? what,
    subgraphs: subgraphsIn(message),
    message,
  };
  const fix = fixes[code]?.(about) ?? `Read what ${code} means at https://go.apollo.dev/errors, and correct ${what}.`;
  return { subject: `${code.toLowerCase().replaceAll('_', '-')}:${what}`, message, fix: capitalised(fix) };
}

/** What a message is about: the words around it change with the version of Apollo, and lines with each edit. */
function coordinateIn(message: string): string {
  const patterns = [
    /cannot find field "([\w.]+)"/,
    /^(?:Enum type|Type) "(\w+)"/,
    /"([A-Z_]\w*\.\w+\(\w+:\))"/i,
    /"([A-Z_]\w*\.\w+)"/i,
    /\b(?:field|type|argument) "(\w+)"/i,
    /(?:[Uu]nknown type|[Ii]nterface field) ([\w.]+)/,
    /(?:Field|Enum value) (\w+) already exists on (\w+)/,
    /"(@\w+)"/,
    /"(\w+)"/,
  ];
  for (const pattern of patterns) {
    const [, first, owner] = pattern.exec(message) ?? [];
    if (first !== undefined) return owner === undefined ? first : `${owner}.${first}`;
  }
  return 'graph';
}

function subgraphsIn(message: string): string[] {
  const named = [...message.matchAll(/subgraphs? ((?:"[\w-]+"(?:, | and )?)+)/g)];
  return [...new Set(named.flatMap(([, list = '']) => [...list.matchAll(/"([\w-]+)"/g)].map(([, name = '']) => name)))];
}
