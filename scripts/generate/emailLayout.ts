import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, writeIfChanged, type GenerateTask } from './task.ts';

const source = 'subgraphs/notifications/src/emailLayout.mjml';
const output = 'generated/notifications/emailLayout.html';

/** Renders the layout of e-mails from MJML, once and here: no running process needs MJML. */
export function emailLayout(): GenerateTask[] {
  return [
    {
      name: 'e-mail layout',
      inputs: [source, 'scripts/generate/emailLayout.ts'],
      outputs: [output],
      run: async () => {
        const { default: mjml2html } = await import('mjml');
        const { html, errors } = await mjml2html(readFileSync(join(root, source), 'utf8'), {
          validationLevel: 'strict',
        });
        if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
        writeIfChanged(output, html);
      },
    },
  ];
}
