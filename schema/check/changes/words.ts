import type { ChangeKind, SchemaChange } from './schemaChange.ts';

/** What reports say about a kind of change. */
interface Words {
  /** What happened, as a sentence without its full stop. */
  readonly message: (change: SchemaChange) => string;
  /** Why it hurts the documents that it hits. */
  readonly why: string;
  /** Why it hurts nobody, when it hits no document: `No registered document …`. */
  readonly safe: string | ((change: SchemaChange) => string);
  /** What to do instead. */
  readonly fix: (change: SchemaChange) => string;
}

const refused = 'The channel refuses the document, so that the screen behind it shows nothing.';
const misread = 'The document stays valid, but the client that was built with it may not understand the answer.';
const keep = ({ coordinate }: SchemaChange): string =>
  `Keep ${coordinate}, mark it @deprecated(reason: "…") with what to use instead, and remove it once no registered document uses it.`;
const added = ({ coordinate }: SchemaChange): string => `\`${coordinate}\` is new`;
const removed = ({ coordinate }: SchemaChange): string => `\`${coordinate}\` is removed`;
const typeChange = ({ coordinate, before, after }: SchemaChange): string =>
  `\`${coordinate}\` is \`${after}\` and was \`${before}\``;
const defaultChange = ({ coordinate, before, after }: SchemaChange): string =>
  `the default of \`${coordinate}\` is ${after === undefined ? 'gone' : `\`${after}\``}${before === undefined ? '' : ` and was \`${before}\``}`;
const addition = 'Nothing that exists is touched.';
const none = (): string => '';
const isRequired = ({ after, fallback }: SchemaChange): boolean => after?.endsWith('!') === true && fallback !== true;

export const words: Readonly<Record<ChangeKind, Words>> = {
  'type-removed': { message: removed, why: refused, safe: 'No registered document needs it.', fix: keep },
  'type-added': { message: added, why: '', safe: addition, fix: none },
  'type-kind-changed': {
    message: ({ coordinate, before, after }) => `\`${coordinate}\` is a ${after} and was a ${before}`,
    why: refused,
    safe: 'No registered document needs it.',
    fix: ({ coordinate }) =>
      `Give the new type another name than ${coordinate}, and deprecate what leads to the old one.`,
  },
  'field-removed': { message: removed, why: refused, safe: 'No registered document reads it.', fix: keep },
  'field-added': { message: added, why: '', safe: addition, fix: none },
  'field-type-changed': {
    message: typeChange,
    why: misread,
    safe: 'No registered document reads it, or the new type promises more than the old one.',
    fix: ({ coordinate, after }) =>
      `Add another field of type ${after}, mark ${coordinate} @deprecated, and remove it once no registered document reads it.`,
  },
  'argument-added': {
    message: (change) => `${added(change)}${isRequired(change) ? ' and required' : ''}`,
    why: refused,
    safe: (change) => (isRequired(change) ? 'No registered document selects the field.' : 'It may be left out.'),
    fix: ({ coordinate, after }) => `Make ${coordinate} optional (${after?.replace(/!$/, '')}), or give it a default.`,
  },
  'argument-removed': { message: removed, why: refused, safe: 'No registered document passes it.', fix: keep },
  'argument-type-changed': {
    message: typeChange,
    why: 'What the document passes is no longer accepted.',
    safe: 'No registered document passes a value that is no longer accepted.',
    fix: ({ coordinate, after }) => `Leave ${coordinate} as it was, and add another argument of type ${after}.`,
  },
  'argument-default-changed': {
    message: defaultChange,
    why: 'The document asks the same and is answered something else.',
    safe: 'Every registered document that selects the field passes a value.',
    fix: () => 'Leave the default, and let those documents pass the value that want another.',
  },
  'input-field-added': {
    message: (change) => `${added(change)}${isRequired(change) ? ' and required' : ''}`,
    why: 'What the client sends is refused, since it lacks the field.',
    safe: (change) => (isRequired(change) ? 'No registered document sends the type.' : 'It may be left out.'),
    fix: ({ coordinate, after }) => `Make ${coordinate} optional (${after?.replace(/!$/, '')}), or give it a default.`,
  },
  'input-field-removed': {
    message: removed,
    why: 'What the client sends is refused, since it has a field that is unknown.',
    safe: 'No registered document sends it.',
    fix: keep,
  },
  'input-field-type-changed': {
    message: typeChange,
    why: 'What the client sends is no longer accepted.',
    safe: 'No registered document sends a value that is no longer accepted.',
    fix: ({ coordinate, after }) => `Leave ${coordinate} as it was, and add another field of type ${after}.`,
  },
  'input-field-default-changed': {
    message: defaultChange,
    why: 'The client sends the same, and it means something else.',
    safe: 'No registered document leaves it out.',
    fix: () => 'Leave the default, and let those clients send the value that want another.',
  },
  'one-of-added': {
    message: ({ coordinate }) => `\`${coordinate}\` takes exactly one of its fields`,
    why: 'What the client sends is refused if it has several fields, or none.',
    safe: 'No registered document sends it, or each sends one field.',
    fix: ({ coordinate }) => `Add another input type with @oneOf, and deprecate what takes ${coordinate}.`,
  },
  'one-of-removed': {
    message: ({ coordinate }) => `\`${coordinate}\` takes several of its fields`,
    why: '',
    safe: 'Who sends one field goes on to.',
    fix: none,
  },
  'enum-value-added': {
    message: added,
    why: misread,
    safe: 'No registered document reads this enum: clients only send it.',
    fix: ({ type }) =>
      `Ask the owners whether their clients show an unknown value of ${type} as something sensible; release those that do not before the first such value is stored.`,
  },
  'enum-value-removed': {
    message: removed,
    why: 'What the client sends is no longer accepted.',
    safe: 'No registered document sends it; answers no longer contain it.',
    fix: keep,
  },
  'union-member-added': {
    message: ({ type, member }) => `\`${member}\` is a new member of \`${type}\``,
    why: misread,
    safe: 'No registered document reads this union.',
    fix: ({ member }) =>
      `Ask the owners whether their clients have a way for a __typename that they do not know; release those that have none before the first ${member} is answered.`,
  },
  'union-member-removed': {
    message: ({ type, member }) => `\`${member}\` is no longer a member of \`${type}\``,
    why: refused,
    safe: 'No registered document has a fragment on it; answers no longer contain it.',
    fix: ({ type, member }) =>
      `Keep ${member} in ${type} and never answer it, until no registered document has a fragment on it.`,
  },
  'interface-added': {
    message: ({ type, member }) => `\`${type}\` now implements \`${member}\``,
    why: misread,
    safe: 'No registered document reads this interface, or has a fragment on it.',
    fix: ({ member }) => `Ask the owners whether their clients have a way for an unknown type of ${member}.`,
  },
  'interface-removed': {
    message: ({ type, member }) => `\`${type}\` no longer implements \`${member}\``,
    why: 'The document is refused, or fields that the client needs are missing from its answer.',
    safe: 'No registered document has a fragment on either; answers no longer contain it.',
    fix: ({ type, member }) => `Keep ${type} an implementation of ${member} until no registered document needs it.`,
  },
  'directive-added': { message: added, why: '', safe: addition, fix: none },
  'directive-removed': {
    message: removed,
    why: refused,
    safe: 'No registered document has it.',
    fix: ({ coordinate }) => `Keep ${coordinate} until no registered document has it.`,
  },
  'directive-narrowed': {
    message: ({ coordinate }) => `\`${coordinate}\` may no longer stand everywhere, or several times`,
    why: refused,
    safe: 'Every registered document has it as it is still allowed.',
    fix: ({ coordinate }) => `Let ${coordinate} stand where it stood, until no registered document has it there.`,
  },
  'scalar-specified': {
    message: ({ coordinate }) => `\`${coordinate}\` has another @specifiedBy`,
    why: 'The document stays valid, but its client reads and writes the value as it was specified.',
    safe: 'No registered document reads or sends it.',
    fix: ({ coordinate }) =>
      `Add another scalar if values are written differently now, and deprecate what has ${coordinate}.`,
  },
  'deprecation-added': {
    message: ({ coordinate }) => `\`${coordinate}\` is deprecated`,
    why: '',
    safe: 'It goes on to work.',
    fix: none,
  },
  'deprecation-removed': {
    message: ({ coordinate }) => `\`${coordinate}\` is no longer deprecated`,
    why: '',
    safe: addition,
    fix: none,
  },
  'description-changed': {
    message: ({ coordinate }) => `the description of \`${coordinate}\` changed`,
    why: '',
    safe: 'Descriptions are for people.',
    fix: none,
  },
};
