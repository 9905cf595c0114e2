/** What stands in one place of the platform, and nowhere else. */
const searches = 'startsWith|endsWith|contains|string_contains|string_starts_with|string_ends_with';

export const onePlace = [
  {
    files: ['subgraphs/**/*.ts', 'scripts/scaffold/**/*.ts'],
    ignores: ['**/*.test.ts', '**/testing/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: `Property[key.name=/^(${searches})$/]:not([value.callee.name="literally"])`,
          message:
            'A search for a text that holds % or _ finds anything: pass it through literally() of #platform/subgraph/literally.ts.',
        },
        {
          selector:
            ':matches(TemplateElement[value.raw=/\\b(I?LIKE|SIMILAR TO)\\b/], Literal[value=/\\b(I?LIKE|SIMILAR TO)\\b/])',
          message: 'Search by Prisma with literally(), so that % and _ are no wildcards.',
        },
        {
          selector: 'Literal[regex.pattern=/0-9a-f.*\\{8\\}/i]',
          message: 'What an id looks like is said by isId() of #platform/domain/id.ts.',
        },
      ],
    },
  },
];
