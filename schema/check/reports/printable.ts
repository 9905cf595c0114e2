/** What a terminal, an editor or an XML reader takes for a command or refuses, and what turns the direction of text. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]/gu;

const shown = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * A text that others have written, such as the name of a partner or the reason of an approval, as one line that is
 * nothing but text: it moves no cursor, and no line of a log begins with a command to the machine that reads it.
 */
export const oneLine = (text: string): string =>
  text
    .replaceAll(/[ \t]*[\r\n]+\s*/g, ' ')
    .replaceAll('\t', ' ')
    .replaceAll(unprintable, shown)
    .replace(/^(\s*)(?:::|##\[)/, (start) => start.replace('::', ': :').replace('##', '# #'));

/** The same with every text in it as one line. */
export function printable<Value>(value: Value): Value {
  if (typeof value === 'string') return oneLine(value) as Value;
  if (Array.isArray(value)) return value.map(printable) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, printable(each)])) as Value;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A text in Markdown: what stands between two backticks is code, and nothing else in it is a mark or HTML. */
export const inMarkdown = (text: string): string =>
  oneLine(text)
    .split(/((?<!`)`[^`]+`(?!`))/)
    .map((part) =>
      /^`[^`]+`$/.test(part)
        ? part
        : part.replaceAll(/[&<>]/g, (each) => entities[each]!).replaceAll(/[\\`*[\]]/g, '\\$&'),
    )
    .join('');
