/**
 * A lint rule of our own: vitest takes hooks only while a file is collected. One that is named inside another hook, a
 * test, or a function that is awaited there is dropped without a word, and what it should have stopped runs on.
 */
const hooks = 'CallExpression[callee.name=/^(before|after)(All|Each)$/]';
const late = [`${hooks} ${hooks}`, `:function[async=true] ${hooks}`].join(', ');

const rule = {
  create: (context) => ({
    [late]: (node) =>
      context.report({
        node,
        message: 'This hook would never run: use whenFileEnds() of #platform/testkit/whenFileEnds.ts.',
      }),
  }),
};

export const hooksInTime = [
  {
    files: ['**/*.ts'],
    plugins: { hooks: { rules: { 'in-time': rule } } },
    rules: { 'hooks/in-time': 'error' },
  },
];
