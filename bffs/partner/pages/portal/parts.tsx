import { Children, useLayoutEffect, useRef, useState, type ReactNode } from 'react';

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

/** A table; on a phone each row is a list of its cells, each below the name of its column. */
export function Table({
  label,
  heads,
  none,
  children,
}: {
  readonly label: string;
  readonly heads: readonly string[];
  /** What is said in place of no rows. */
  readonly none: string;
  readonly children: ReactNode;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  useLayoutEffect(() => {
    for (const row of body.current?.rows ?? [])
      for (const cell of row.cells) cell.dataset['head'] = heads[cell.cellIndex] ?? '';
  });
  if (Children.toArray(children).length === 0) return <p className="quiet">{none}</p>;
  return (
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
        <tbody ref={body}>{children}</tbody>
      </table>
    </div>
  );
}

/** A button that gives the text as a file, made in the browser. */
export function saveFile(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
