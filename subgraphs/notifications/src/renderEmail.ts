import { readFileSync } from 'node:fs';

export interface Words {
  readonly subject: string;
  readonly greeting: string;
  readonly body: string;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => escapes[character]!);

let layout: string | undefined;
/** `emailLayout.mjml` as HTML: `generate` makes it, so that no process renders MJML. */
const layoutHtml = (): string =>
  (layout ??= readFileSync(new URL('../../../generated/notifications/emailLayout.html', import.meta.url), 'utf8'));

/** An e-mail's two parts. */
export const renderEmail = (words: Words): { readonly text: string; readonly html: string } => ({
  text: `${words.greeting}\n\n${words.body}\n\nDr. Burger\n`,
  html: layoutHtml().replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => escaped(words[name as keyof Words])),
});
