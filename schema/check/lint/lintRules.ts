import type { Severity } from '../model/finding.ts';

/** A rule of the linter: what it asks for and why. */
export interface LintRule {
  /** `off` switches the rule off for all; a remark `# eslint-disable-next-line @graphql-eslint/<rule>` for one line. */
  readonly severity: Exclude<Severity, 'note'> | 'off';
  readonly options?: Readonly<Record<string, unknown>>;
  readonly why: string;
  readonly fix: string;
}

const entryPoints = '[type=ObjectTypeDefinition][name.value=/^(Query|Mutation|Subscription)$/]';

/** The rules of `@graphql-eslint` that the SDL of subgraphs and views has to keep, by name. They are few on purpose. */
export const lintRules: Readonly<Record<string, LintRule>> = {
  'require-description': {
    severity: 'error',
    options: {
      types: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      DirectiveDefinition: true,
      ignoredSelectors: [entryPoints, '[type=InputValueDefinition][name.value=input]'],
    },
    why: 'A frontend developer reads the description in the explorer and knows nothing else of the field.',
    fix: 'Write what it is, its unit, and when it is null.',
  },
  'naming-convention': {
    severity: 'error',
    options: {
      types: 'PascalCase',
      FieldDefinition: 'camelCase',
      InputValueDefinition: 'camelCase',
      Argument: 'camelCase',
      DirectiveDefinition: 'camelCase',
      EnumValueDefinition: 'UPPER_CASE',
    },
    why: 'Generated clients turn names into those of their language, and two that differ in case alone collide.',
    fix: 'Types are PascalCase, fields and arguments camelCase, enum values UPPER_CASE.',
  },
  'require-deprecation-reason': {
    severity: 'error',
    why: 'Who uses the field needs to know what to use instead.',
    fix: 'Write @deprecated(reason: "Use …").',
  },
  'no-hashtag-description': {
    severity: 'error',
    why: 'A remark behind # is in no explorer and no contract.',
    fix: 'Put the text into quotes.',
  },
  'relay-connection-types': {
    severity: 'error',
    why: 'Clients page through every list in the same way, by `edges` and `pageInfo`.',
    fix: 'Give the connection edges and pageInfo, and end its name with Connection.',
  },
  'unique-enum-value-names': {
    severity: 'error',
    why: 'Values that differ in case alone collide in generated clients.',
    fix: 'Give one of them another name.',
  },
};
