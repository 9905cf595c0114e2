import { Table, When } from './parts.tsx';
import type { PaneProps } from './Portal.tsx';
import { deprecatedFields, routes } from './references.ts';

/** What ends, and when: documents of the partner, routes of REST, fields of the contract. */
export const ChangesPane = ({ account }: PaneProps) => (
  <>
    <p>
      Answers of what ends carry the headers <code>Deprecation</code> and <code>Sunset</code>: watch for them.
    </p>
    <h3>Your documents</h3>
    <Table
      label="Your documents that end"
      heads={['App', 'Document', 'Deprecated', 'Ends', 'Use instead']}
      none="None of your documents ends."
    >
      {account.apps.flatMap((app) =>
        app.documents
          .filter(({ sunset }) => sunset)
          .map(({ id, release, deprecatedAt, sunset, successor }) => (
            <tr key={id}>
              <td>{app.name}</td>
              <td>{release}</td>
              <td>
                <When at={deprecatedAt} />
              </td>
              <td>
                <When at={sunset} />
              </td>
              <td>{successor?.release ?? '–'}</td>
            </tr>
          )),
      )}
    </Table>
    <h3>Routes of REST</h3>
    <Table label="Routes of REST that end" heads={['Route', 'What to do']} none="No route ends.">
      {routes
        .filter(({ deprecated }) => deprecated)
        .map(({ route, description }) => (
          <tr key={route}>
            <td>
              <code>{route}</code>
            </td>
            <td>{description}</td>
          </tr>
        ))}
    </Table>
    <h3>Fields of the contract</h3>
    <Table label="Fields that end" heads={['Field', 'Why']} none="No field ends.">
      {deprecatedFields.map(({ field, reason }, index) => (
        <tr key={index}>
          <td>
            <code>{field}</code>
          </td>
          <td>{reason}</td>
        </tr>
      ))}
    </Table>
  </>
);
