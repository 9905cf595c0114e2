/** Lint rules for logic that the platform has in one place, and that must not be written again elsewhere. */
const searches = 'startsWith|endsWith|contains|string_contains|string_starts_with|string_ends_with';

const paths = {
  selector: 'MemberExpression[property.name="pathname"] > NewExpression.object[arguments.1.object.type="MetaProperty"]',
  message:
    'Of a file, write fileURLToPath(new URL(…, import.meta.url)): in a pathname, a space is %20, and no such file is there.',
};

export const onePlace = [
  { files: ['**/*.ts', '**/*.tsx'], rules: { 'no-restricted-syntax': ['error', paths] } },
  {
    files: ['subgraphs/**/*.ts', 'scripts/scaffold/**/*.ts'],
    ignores: ['**/*.test.ts', '**/testing/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        paths,
        {
          selector: `Property[key.name=/^(${searches})$/]:not([value.callee.name="literally"])`,
          message:
            'In a search, % and _ match anything: escape the text by literally() of #platform/subgraph/literally.ts.',
        },
        {
          selector:
            ':matches(TemplateElement[value.raw=/\\b(I?LIKE|SIMILAR TO)\\b/], Literal[value=/\\b(I?LIKE|SIMILAR TO)\\b/])',
          message: 'Search by Prisma, and escape the text by literally(), so that % and _ are not wildcards.',
        },
        {
          selector: 'Literal[regex.pattern=/0-9a-f.*\\{8\\}/i]',
          message: 'Check ids by isId() of #platform/domain/id.ts, not by a pattern of your own.',
        },
      ],
    },
  },
  {
    files: ['platform/**/*.ts', 'gateway/**/*.ts', 'webhooks/**/*.ts', 'subgraphs/**/*.ts', 'bffs/**/*.ts'],
    ignores: ['**/*.test.ts', '**/testing/**', '**/testkit/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'AbortSignal',
          property: 'any',
          message:
            'A signal that outlives the new one would remember it for ever: use underDeadline() of #platform/http/underDeadline.ts.',
        },
      ],
    },
  },
];
