import { useState } from 'react';
import { EventTrial } from './EventTrial.tsx';
import { saveFile, Table } from './parts.tsx';
import type { PaneProps } from './Portal.tsx';
import { files, routes, sdl, topics, trials } from './references.ts';
import { CallerFields, RouteTrial, unsaid } from './RestTrial.tsx';

const nothing = 'Nothing here has these words.';

/** What can be asked for, and what is told, each to be tried: GraphQL, the routes of REST, the events. */
export function ReferencePane({ tryOut }: PaneProps) {
  const [wanted, setWanted] = useState('');
  const [caller, setCaller] = useState(unsaid);
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
      <Table label="What can be asked for" heads={['Field', 'What for', 'Action']} none={nothing}>
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
      <CallerFields given={caller} onChange={setCaller} />
      <Table label="The routes of REST" heads={['Route', 'What for', 'Try it']} none={nothing}>
        {routes
          .filter(({ route, summary = '' }) => has(`${route} ${summary}`))
          .map((route) => (
            <tr key={route.route}>
              <td>
                <code>{route.route}</code> {route.deprecated && <strong>deprecated</strong>}
              </td>
              <td>{route.summary}</td>
              <td>
                <RouteTrial route={route} given={caller} />
              </td>
            </tr>
          ))}
      </Table>
      <h2>Events</h2>
      <p>
        First what your app can be told, by webhooks: each message can be sent to a receiver on your machine. “Send a
        test” under “Webhooks” has us send one. Then the events of the domains, which those stand for.
      </p>
      <Table label="Events" heads={['Channel', 'Messages']} none={nothing}>
        {topics
          .filter(({ name, messages }) => has(`${name} ${messages.map((each) => each.name).join(' ')}`))
          .map(({ name, description, isTold, messages }) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
                <br />
                {description}
              </td>
              <td>
                {messages.map((message) => (
                  <details key={message.name}>
                    <summary>{message.name}</summary>
                    {message.example !== undefined && <pre>{JSON.stringify(message.example, undefined, 2)}</pre>}
                    {isTold && <EventTrial title={message.name} message={message.example} />}
                  </details>
                ))}
              </td>
            </tr>
          ))}
      </Table>
    </>
  );
}
