import { useEffect, useState } from 'react';
import type {
  ActivatePartnerDocumentMutation,
  CheckDocumentQuery,
  RegisterDocumentMutation,
  TryDocumentMutation,
} from '#generated/bffs/partner/operations.ts';
import activatePartnerDocument from '../../operations/activatePartnerDocument.graphql';
import checkDocument from '../../operations/checkDocument.graphql';
import registerDocument from '../../operations/registerDocument.graphql';
import tryDocument from '../../operations/tryDocument.graphql';
import { Copyable, Problem, Table, When } from './parts.tsx';
import type { App, PaneProps, Trial } from './Portal.tsx';
import { successOf, useSession } from './session.ts';

type Checked = NonNullable<CheckDocumentQuery['checkDocument']>;
type Registered = Extract<RegisterDocumentMutation['registerDocument'], { __typename: 'RegisterDocumentSuccess' }>;

/** After how long without a key stroke a document is checked. */
const checkAfterMs = 400;
const example =
  'query StoreList($first: Int = 3) {\n  stores(first: $first) { edges { node { id name openNow } } }\n}\n';

/** A document is pasted or typed, checked meanwhile, tried, registered and activated. */
export function DocumentsPane({ account, reload, trial }: PaneProps) {
  const [appId, setAppId] = useState(account.apps[0]?.id ?? '');
  const app = account.apps.find(({ id }) => id === appId);
  return (
    <>
      <label htmlFor="app">App</label>
      <select id="app" value={appId} onChange={({ target }) => setAppId(target.value)}>
        {account.apps.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      {app && <Editor app={app} reload={reload} begin={trial} />}
      {app && <Registered app={app} reload={reload} />}
    </>
  );
}

interface EditorProps {
  readonly app: App;
  reload(): Promise<void>;
  readonly begin: Trial | undefined;
}

function Editor({ app, reload, begin }: EditorProps) {
  const { ask } = useSession();
  const [text, setText] = useState(begin?.text ?? example);
  const [variables, setVariables] = useState(begin?.variables ?? '{"first": 2}');
  const [checked, setChecked] = useState<Checked>();
  const [problem, setProblem] = useState<string>();
  const [trial, setTrial] = useState<string | null>();
  const [registered, setRegistered] = useState<Registered>();
  const input = { appId: app.id, text, trialVariables: variables.trim() === '' ? null : variables };
  const asked = JSON.stringify(input);

  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      void ask<CheckDocumentQuery>(checkDocument, { input: JSON.parse(asked) as object }).then((answer) => {
        if (!isCurrent) return;
        setChecked(answer.kind === 'good' ? (answer.data.checkDocument ?? undefined) : undefined);
        setProblem(answer.kind === 'bad' ? answer.message : undefined);
      });
    }, checkAfterMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [ask, asked]);

  const tryOut = async (): Promise<void> => {
    const answer = await ask<TryDocumentMutation>(tryDocument, { input });
    const outcome = answer.kind === 'good' ? successOf(answer.data.tryDocument, 'CheckDocumentSuccess') : answer;
    setTrial(outcome.kind === 'good' ? outcome.data.trial : undefined);
    setProblem(outcome.kind === 'bad' ? outcome.message : undefined);
  };
  const register = async (): Promise<void> => {
    const answer = await ask<RegisterDocumentMutation>(registerDocument, { input });
    const outcome =
      answer.kind === 'good' ? successOf(answer.data.registerDocument, 'RegisterDocumentSuccess') : answer;
    setRegistered(outcome.kind === 'good' ? outcome.data : undefined);
    setProblem(outcome.kind === 'bad' ? outcome.message : undefined);
    await reload();
  };
  const isGood = checked?.__typename === 'CheckDocumentSuccess';
  return (
    <section className="card" aria-label="A new document">
      <label htmlFor="document">Document: one query or mutation with a name</label>
      <div className="row">
        <label htmlFor="document-file">or from a file</label>
        <input
          id="document-file"
          type="file"
          accept=".graphql,.gql,.txt"
          onChange={({ target }) => {
            void target.files?.[0]?.text().then(setText);
            // The same file may be chosen again, once it was changed.
            target.value = '';
          }}
        />
      </div>
      <textarea id="document" value={text} spellCheck={false} onChange={({ target }) => setText(target.value)} />
      <label htmlFor="variables">Variables for the trial, as JSON</label>
      <input id="variables" value={variables} onChange={({ target }) => setVariables(target.value)} />
      <div id="check" role="status">
        {checked && <Verdict checked={checked} />}
      </div>
      <div className="row">
        <button type="button" disabled={!isGood} onClick={() => void tryOut()}>
          Try it in the sandbox
        </button>
        <button type="button" className="primary" disabled={!isGood} onClick={() => void register()}>
          Register
        </button>
      </div>
      <Problem text={problem} />
      {trial === null && <p role="status">There is no sandbox here: the document was checked only.</p>}
      {typeof trial === 'string' && (
        <Copyable text={JSON.stringify(JSON.parse(trial), undefined, 2)} label="the answer of the trial" />
      )}
      {registered && (
        <div role="status">
          <p className="good">
            {registered.document.release} is registered. Activate it below, so that keys of {app.name} may execute it.
          </p>
          <h3>curl</h3>
          <Copyable text={registered.curl} label="the curl command" />
          <h3>TypeScript</h3>
          <Copyable text={registered.typescript} label="the function in TypeScript" />
        </div>
      )}
    </section>
  );
}

function Verdict({ checked }: { readonly checked: Checked }) {
  if (checked.__typename === 'DocumentAppNotFound') return <p className="bad">{checked.message}</p>;
  if (checked.__typename === 'DocumentRefused')
    return (
      <ul className="bad">
        {checked.problems.map(({ code, message, line, column }, index) => (
          <li key={index}>
            {line === null ? '' : `Line ${line}, column ${column}: `}
            {message} (<code>{code}</code>)
          </li>
        ))}
      </ul>
    );
  const { name, limits, scopes } = checked;
  return (
    <>
      <p className="good">
        {name} is good. It needs {scopes.length === 0 ? 'no scope' : scopes.join(', ')}.
      </p>
      <p className="quiet">{limits.map(({ name: each, has, most }) => `${each} ${has} of ${most}`).join(' · ')}</p>
    </>
  );
}

function Registered({ app, reload }: { readonly app: App; reload(): Promise<void> }) {
  const { ask } = useSession();
  const [problem, setProblem] = useState<string>();
  const activate = async (id: string): Promise<void> => {
    const answer = await ask<ActivatePartnerDocumentMutation>(activatePartnerDocument, { input: { id } });
    const outcome =
      answer.kind === 'good'
        ? successOf(answer.data.activatePartnerDocument, 'ActivatePartnerDocumentSuccess')
        : answer;
    setProblem(outcome.kind === 'bad' ? outcome.message : undefined);
    await reload();
  };
  return (
    <>
      <h2>Documents of {app.name}</h2>
      <Problem text={problem} />
      <Table
        label={`Documents of ${app.name}`}
        heads={['Document', 'State', 'Registered', 'Ends', 'Id']}
        none="It has none: register one above."
      >
        {app.documents.map(({ id, release, state, registeredAt, sunset, documentId }) => (
          <tr key={id}>
            <td>{release}</td>
            <td>
              {state}{' '}
              {state === 'PENDING' && (
                <button type="button" aria-label={`Activate ${release}`} onClick={() => void activate(id)}>
                  Activate
                </button>
              )}
            </td>
            <td>
              <When at={registeredAt} />
            </td>
            <td>
              <When at={sunset} />
            </td>
            <td>
              <code>{documentId}</code>
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
