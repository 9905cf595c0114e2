import { expect, test } from 'vitest';
import { subjectOf } from '#schema/check/review/reviewSystem.ts';
import { root } from '../generate/task.ts';
import { contractPages } from './contractPages.ts';
import { page } from './page.ts';

const pages = await contractPages(await subjectOf(root));

/** The entry of a type's field on a page. */
const entryOf = (name: string, coordinate: string): string =>
  new RegExp(`<div class="field" id="${coordinate}".*?</div>`, 's').exec(pages.get(name) ?? '')?.[0] ?? '';

test('a field is told with its arguments, scopes and the documents that use it', () => {
  const field = entryOf('kiosk', 'Mutation.placeOrder');
  expect(field).toContain('placeOrder(input: <a href="#PlaceOrderInput">PlaceOrderInput</a>!)');
  expect(field).toMatch(/Scopes: [^<]*orders:place/);
  expect(field).toContain('Used by PlaceOrder.');
});

test('a field is told with what holds where an argument is left out, and names in its text as code', () => {
  const field = entryOf('web', 'Query.stores');
  expect(field).toContain('first: Int = 20)');
  expect(field).toContain('Cost: 1, and of each of the entries that <code>first</code> asks for what is asked of it.');
  expect(field).toContain('The <code>endCursor</code> of the page before');
});

test('a contract has a page that shows no field of another', () => {
  expect(entryOf('staff', 'Query.partnerAccounts')).not.toBe('');
  expect(entryOf('kiosk', 'Query.partnerAccounts')).toBe('');
});

test('every link leads somewhere, and nothing is loaded from elsewhere', () => {
  for (const [name, html] of pages) {
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href!);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links)
      expect([
        name,
        link,
        link.startsWith('#') ? ids.has(link.slice(1)) : pages.has(link.replace('.html', '')),
      ]).toEqual([name, link, true]);
    expect(html).not.toMatch(/<(?:script|link|img|iframe)[^>]*(?:src|href)=/);
  }
});

test('texts of the schema are no markup', () => {
  expect(page('<b>"&', '')).toContain('<title>&#60;b&#62;&#34;&#38;</title>');
});
