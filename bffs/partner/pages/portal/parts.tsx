import { useState, type ReactNode } from 'react';

/** A day and time as the reader's browser writes it. */
export const When = ({ at, none = '–' }: { readonly at: string | null | undefined; readonly none?: string }) =>
  at ? <time dateTime={at}>{new Date(at).toLocaleString()}</time> : <>{none}</>;

/** A text that is to be copied, with a button that does. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <>
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <button
        type="button"
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
        aria-label={`Copy ${label}`}
      >
        {copied ? 'Copied' : 'Copy'}
      </button>
    </>
  );
}

/** What went wrong, said to a screen reader at once. */
export const Problem = ({ text }: { readonly text: string | undefined }) => (
  <p className="bad" role="alert" hidden={text === undefined}>
    {text}
  </p>
);

/** A table that scrolls on a narrow screen. */
export const Table = ({
  label,
  heads,
  children,
}: {
  readonly label: string;
  readonly heads: readonly string[];
  readonly children: ReactNode;
}) => (
  <div className="wide" tabIndex={0} role="region" aria-label={label}>
    <table>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
);

/** A button that gives the text as a file, made in the browser. */
export function saveFile(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
