import { groups, type Changelog } from '#schema/check/changelog/changelogBetween.ts';
import { headings, readersOf, sentencesOf } from '#schema/check/changelog/changelogMarkdown.ts';
import { escapeHtml, page } from './page.ts';

/** The changelog as a page beside the contracts. */
export function changelogPage({ from, to, chapters }: Changelog): string {
  const title = `What changed from ${from} to ${to}`;
  const sections = chapters.map((chapter) => {
    const lists = groups
      .filter((group) => chapter.entries[group].length > 0)
      .map((group) => {
        const lines = chapter.entries[group].map((entry) => `<li>${marked(sentencesOf(entry).join(' '))}</li>`);
        return `<h3>${headings[group]}</h3><ul>${lines.join('\n')}</ul>`;
      });
    const { name } = chapter;
    return `<section id="${name}" data-find="${name}"><h2>${escapeHtml(readersOf(chapter))}</h2>${lists.join('')}</section>`;
  });
  const nothing = chapters.length === 0 ? '<p>Nothing changed.</p>' : '';
  const nav = '<nav aria-label="Pages"><a href="index.html">All contracts</a></nav>';
  return page(title, `${nav}<main><h1>${escapeHtml(title)}</h1>${nothing}${sections.join('\n')}</main>`);
}

const marked = (text: string): string => escapeHtml(text).replaceAll(/&#96;(.+?)&#96;|`(.+?)`/g, '<code>$1$2</code>');
