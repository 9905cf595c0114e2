import { useMemo, useState, type FormEvent, type ReactNode } from 'react';
import type { PortalAccountQuery } from '#generated/bffs/partner/operations.ts';
import portalAccount from '../../operations/portalAccount.graphql';
import { AppsPane } from './AppsPane.tsx';
import { ChangesPane } from './ChangesPane.tsx';
import { DocumentsPane } from './DocumentsPane.tsx';
import { Problem } from './parts.tsx';
import { ReferencePane } from './ReferencePane.tsx';
import { sessionWith, SessionContext, signIn, useDocument } from './session.ts';
import { StatusPane } from './StatusPane.tsx';
import type { TrialDocument } from './trialDocument.ts';
import { UsagePane } from './UsagePane.tsx';
import { WebhooksPane } from './WebhooksPane.tsx';

export type Account = NonNullable<PortalAccountQuery['myPartnerAccount']>;
export type App = Account['apps'][number];

export interface PaneProps {
  readonly account: Account;
  readonly quota: PortalAccountQuery['appQuota'];
  /** Reads the account again, after something of it has changed. */
  reload(): Promise<void>;
  /** A document that is to be tried, which the editor begins with. */
  readonly trial: Trial | undefined;
  /** Turns to the editor with a document. */
  tryOut(trial: Trial): void;
}

export type Trial = Pick<TrialDocument, 'text' | 'variables'>;

const panes: readonly { readonly name: string; readonly show: (props: PaneProps) => ReactNode }[] = [
  { name: 'Apps and keys', show: (props) => <AppsPane {...props} /> },
  { name: 'Documents', show: (props) => <DocumentsPane {...props} /> },
  { name: 'Webhooks', show: (props) => <WebhooksPane {...props} /> },
  { name: 'Usage', show: (props) => <UsagePane {...props} /> },
  { name: 'Reference', show: (props) => <ReferencePane {...props} /> },
  { name: 'Changes', show: (props) => <ChangesPane {...props} /> },
  { name: 'Status', show: () => <StatusPane /> },
];

/** The portal of a partner's developer. */
export function Portal() {
  const [token, setToken] = useState(() => signIn.take());
  const [problem, setProblem] = useState<string>();
  const session = useMemo(
    () =>
      token === undefined
        ? undefined
        : sessionWith(token, () => {
            signIn.forget();
            setToken(undefined);
            setProblem('The token is not accepted. It may have ended.');
          }),
    [token],
  );
  if (!session)
    return (
      <SignIn
        problem={problem}
        onToken={(given) => {
          signIn.keep(given);
          setProblem(undefined);
          setToken(given);
        }}
      />
    );
  const signOut = (): void => {
    signIn.forget();
    setToken(undefined);
  };
  return (
    <SessionContext value={session}>
      <SignedIn onSignOut={signOut} />
    </SessionContext>
  );
}

function SignIn({ problem, onToken }: { readonly problem: string | undefined; onToken(token: string): void }) {
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get('token');
    if (typeof given === 'string' && given.trim() !== '') onToken(given.trim());
  };
  return (
    <>
      <header>
        <h1>Dr. Burger developers</h1>
      </header>
      <main>
        <h2>Sign in</h2>
        <p>
          Your token as a developer of a partner. On a system of your own it is printed by{' '}
          <code>npx -y pnpm@10.34.9 -s token:for partner</code>.
        </p>
        <form onSubmit={send}>
          <label htmlFor="token">Token</label>
          <div className="row">
            <input id="token" name="token" type="password" autoComplete="off" required />
            <button type="submit" className="primary">
              Sign in
            </button>
          </div>
        </form>
        <Problem text={problem} />
      </main>
    </>
  );
}

function SignedIn({ onSignOut }: { onSignOut(): void }) {
  const [shown, setShown] = useState(panes[0]!.name);
  const [trial, setTrial] = useState<Trial>();
  const tryOut = (given: Trial): void => {
    setTrial(given);
    setShown('Documents');
  };
  const { data, problem, reload } = useDocument<PortalAccountQuery>(portalAccount);
  const account = data?.myPartnerAccount;
  return (
    <>
      <header>
        <h1>Dr. Burger developers</h1>
        <span className="quiet">{account?.name}</span>
        <nav aria-label="Parts of the portal">
          {panes.map(({ name }) => (
            <button
              key={name}
              type="button"
              aria-current={name === shown ? 'page' : undefined}
              onClick={() => setShown(name)}
            >
              {name}
            </button>
          ))}
          <button type="button" onClick={onSignOut}>
            Sign out
          </button>
        </nav>
      </header>
      <main>
        <h2>{shown}</h2>
        <Problem text={problem} />
        {data && !account && <p>Your token belongs to no partner. Ask us to open an account for your company.</p>}
        {account &&
          panes.map(({ name, show }) =>
            name === shown ? (
              <div key={name}>{show({ account, quota: data.appQuota, reload, trial, tryOut })}</div>
            ) : null,
          )}
      </main>
    </>
  );
}
