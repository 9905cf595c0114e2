import type { Person } from './people.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => escapes[character]!);

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}
button{font:inherit;padding:.5rem 1rem;margin:.25rem 0}ul{padding:0;list-style:none}li button{width:100%;text-align:left}</style>
<main><h1>${escaped(title)}</h1>${content}</main></html>`;

/** Asks who signs in. There are no passwords: nothing of the sandbox is worth one. */
export const loginPage = (people: readonly Person[], problem?: string): string =>
  page(
    'Dr. Burger: sign in',
    `${problem === undefined ? '' : `<p role="alert">${escaped(problem)}</p>`}
<form method="post" action=""><label>Login <input name="login" autocomplete="username" autofocus></label> <button>Sign in</button></form>
<p>Or choose one of the people of the sandbox. They need no password.</p>
<form method="post" action=""><ul>${people
      .map(
        ({ login, name }) => `<li><button name="login" value="${login}">${escaped(`${login}: ${name}`)}</button></li>`,
      )
      .join('')}</ul></form>`,
  );

/** Asks whether the client may act for the person. */
export const consentPage = (client: string, person: string, scopes: readonly string[]): string =>
  page(
    'Dr. Burger: allow access',
    `<p><strong>${escaped(client)}</strong> wants to act for <strong>${escaped(person)}</strong>${
      scopes.length > 0 ? `, and to know: ${escaped(scopes.join(', '))}` : ''
    }.</p>
<form method="post" action=""><button name="answer" value="allow" autofocus>Allow</button>
<button name="answer" value="refuse">Refuse</button></form>`,
  );

/** Asks whether to end the session. `form` is the provider's own, which carries its token against forgery. */
export const logoutPage = (form: string): string =>
  page(
    'Dr. Burger: sign out',
    `${form}<p>You leave all apps that you use through this sign-in.</p>
<button type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
<button type="submit" form="op.logoutForm">Stay signed in</button>`,
  );

/** What somebody finds who opens the provider's own address. */
export const peoplePage = (issuer: string, people: readonly Person[]): string =>
  page(
    'Dr. Burger: identity provider of the sandbox',
    `<p>Apps send people here to sign in, and find all else at
<a href="/.well-known/openid-configuration">${escaped(issuer)}/.well-known/openid-configuration</a>.</p>
<ul>${people.map(({ login, name, roles }) => `<li>${escaped(`${login}: ${name} (${roles.join(', ')})`)}</li>`).join('')}</ul>`,
  );

export const messagePage = (title: string, text: string): string => page(title, `<p>${escaped(text)}</p>`);
