import { useState } from 'react';
import { Copyable, saveFile, Table } from './parts.tsx';
import type { PaneProps } from './Portal.tsx';
import { files, routes, sdl, topics, trials, type RestRoute } from './references.ts';

/** What can be asked for, and what is told, each to be tried: GraphQL, the routes of REST, the events. */
export function ReferencePane({ tryOut }: PaneProps) {
  const [wanted, setWanted] = useState('');
  const has = (text: string): boolean => text.toLowerCase().includes(wanted.trim().toLowerCase());
  const found = sdl.split(/\n(?=""")|\n\n/).filter(has);
  return (
    <>
      <div className="row">
        {files.map(({ name, type, text }) => (
          <button key={name} type="button" onClick={() => saveFile(name, type, text())}>
            Save {name}
          </button>
        ))}
      </div>
      <label htmlFor="wanted">Search</label>
      <input id="wanted" type="search" value={wanted} onChange={({ target }) => setWanted(target.value)} />
      <h2>GraphQL</h2>
      <Table label="What can be asked for" heads={['Field', 'What for', 'Action']}>
        {trials
          .filter(({ field, description }) => has(`${field} ${description}`))
          .map(({ field, description, text, variables }) => (
            <tr key={field}>
              <td>
                <code>{field}</code>
              </td>
              <td>{description}</td>
              <td>
                <button type="button" aria-label={`Try it: ${field}`} onClick={() => tryOut({ text, variables })}>
                  Try it
                </button>
              </td>
            </tr>
          ))}
      </Table>
      <pre tabIndex={0} aria-label="The contract of GraphQL">
        {found.join('\n')}
      </pre>
      <h2>REST</h2>
      <Table label="The routes of REST" heads={['Route', 'What for', 'Try it']}>
        {routes
          .filter(({ route, summary = '' }) => has(`${route} ${summary}`))
          .map((route) => (
            <tr key={route.route}>
              <td>
                <code>{route.route}</code> {route.deprecated && <strong>deprecated</strong>}
              </td>
              <td>{route.summary}</td>
              <td>
                <RouteTrial route={route} />
              </td>
            </tr>
          ))}
      </Table>
      <h2>Events</h2>
      <p>
        An event as it comes is sent to your receiver by “Send a test” under “Webhooks”; below is one of each as domains
        tell it.
      </p>
      <Table label="Events" heads={['Channel', 'Messages']}>
        {topics
          .filter(({ name, messages }) => has(`${name} ${messages.map((each) => each.name).join(' ')}`))
          .map(({ name, messages }) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
              </td>
              <td>
                {messages.map((message) => (
                  <details key={message.name}>
                    <summary>{message.name}</summary>
                    {message.example !== undefined && <pre>{JSON.stringify(message.example, undefined, 2)}</pre>}
                  </details>
                ))}
              </td>
            </tr>
          ))}
      </Table>
    </>
  );
}

/** A command that calls a route with the parameters that are typed: the key stays on the developer's machine. */
function RouteTrial({ route: { route, parameters = [] } }: { readonly route: RestRoute }) {
  const [open, setOpen] = useState(false);
  const asked = parameters.filter((each) => each.in !== 'header');
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(asked.map(({ name, example }) => [name, example === undefined ? '' : String(example)])),
  );
  const [method = '', path = ''] = route.split(' ');
  // A call with a body is made from the OpenAPI document.
  if (method !== 'GET') return null;
  if (!open)
    return (
      <button type="button" aria-label={`Try it: ${route}`} onClick={() => setOpen(true)}>
        Try it
      </button>
    );
  return (
    <>
      {asked.map(({ name, required }) => (
        <div key={name}>
          <label htmlFor={`${route} ${name}`}>{required ? name : `${name} (optional)`}</label>
          <input
            id={`${route} ${name}`}
            value={values[name]}
            onChange={({ target }) => setValues({ ...values, [name]: target.value })}
          />
        </div>
      ))}
      <Copyable text={commandFor(path, asked, values)} label={`a command that calls ${route}`} />
    </>
  );
}

function commandFor(
  path: string,
  parameters: NonNullable<RestRoute['parameters']>,
  values: Readonly<Record<string, string>>,
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    values[name] ? encodeURIComponent(values[name]) : whole,
  );
  const query = parameters
    .filter((each) => each.in === 'query' && values[each.name])
    .map(({ name }) => `${encodeURIComponent(name)}=${encodeURIComponent(values[name]!)}`)
    .join('&');
  return `DRBURGER_API_KEY=… clients/request-signing/signed-curl.sh "$REST_URL${filled}${query && `?${query}`}"`;
}
