import { useState } from 'react';
import { saveFile, Table } from './parts.tsx';
import { files, routes, sdl, topics } from './references.ts';

/** What can be asked for, and what is told: the contract of GraphQL, the routes of REST, the events. */
export function ReferencePane() {
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
      <p>Documents are tried and registered under “Documents”.</p>
      <pre tabIndex={0} aria-label="The contract of GraphQL">
        {found.join('\n')}
      </pre>
      <h2>REST</h2>
      <Table label="The routes of REST" heads={['Route', 'What for', 'Parameters']}>
        {routes
          .filter(({ route, summary = '' }) => has(`${route} ${summary}`))
          .map(({ route, summary, parameters = [], deprecated }) => (
            <tr key={route}>
              <td>
                <code>{route}</code> {deprecated && <strong>deprecated</strong>}
              </td>
              <td>{summary}</td>
              <td>{parameters.map(({ name, required }) => (required ? name : `${name}?`)).join(', ')}</td>
            </tr>
          ))}
      </Table>
      <h2>Events</h2>
      <Table label="Events" heads={['Channel', 'Messages']}>
        {topics
          .filter(({ name, messages }) => has(`${name} ${messages.join(' ')}`))
          .map(({ name, messages }) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
              </td>
              <td>{messages.join(', ')}</td>
            </tr>
          ))}
      </Table>
    </>
  );
}
