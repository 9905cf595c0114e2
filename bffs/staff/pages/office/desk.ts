import { newKey } from '#bffs/pages/newKey.ts';
import { element, setText } from '../pageFrame.ts';
import type { StaffSession } from '../staffPage.ts';
import { askInDialog } from './askInDialog.ts';
import { KeptKeys } from './keptKeys.ts';
import { officeTexts as texts } from './officeTexts.ts';

/** The fields that the results of all mutations have. */
export interface Outcome {
  readonly __typename: string;
  readonly message?: string;
  readonly changedFields?: readonly string[];
  readonly problem?: { readonly message: string };
}

export const succeeded = (result: Outcome | undefined): boolean =>
  /(?:Success|Saved|Drafted|Edited|Set|SessionBegun|SessionEnded)$/.test(result?.__typename ?? '');

/** How the parts of the back office read and change things, and show the outcome. */
export class Desk<Session extends Pick<StaffSession, 'ask'> = StaffSession> {
  readonly session: Session;
  readonly notice = element('p', { id: 'notice', role: 'status' });
  readonly #keys = new KeptKeys(newKey);

  constructor(session: Session) {
    this.session = session;
  }

  tell(text: string, isProblem = false): void {
    this.notice.className = isProblem ? 'problem' : '';
    setText(this.notice, text);
  }

  /** Asks the person for some values in a dialog. Returns undefined if they close it without sending. */
  ask = askInDialog;

  async isSure(question: string, yes: string): Promise<boolean> {
    return (await this.ask(question, yes, [])) !== undefined;
  }

  /** Reads something. Returns undefined if that failed; the person has been told then. */
  async read<Data>(document: string, variables: object): Promise<Data | undefined> {
    const answer = await this.session.ask<Data>(document, variables);
    if (answer.kind === 'unreached') this.tell(texts.unread, true);
    if (answer.kind !== 'answer') return undefined;
    const [error] = answer.errors;
    if (error) this.tell(error.extensions?.code === 'FORBIDDEN' ? texts.forbidden : error.message, true);
    return answer.data ?? undefined;
  }

  /**
   * Changes something by a mutation whose field is called `result`, and shows the outcome. Returns the result, whatever
   * it is; undefined if it is not known whether the mutation was carried out.
   */
  async change<Result extends Outcome>(
    document: string,
    variables: (idempotencyKey: string) => object,
    done: string,
  ): Promise<Result | undefined> {
    const change = JSON.stringify([document, variables('')]);
    const data = await this.session.ask<{ readonly result?: Result }>(document, variables(this.#keys.keyOf(change)));
    if (data.kind !== 'answer') {
      this.tell(texts.unsent, true);
      return undefined;
    }
    this.#keys.answered(change);
    const result = data.data?.result;
    const [error] = data.errors;
    if (!result) {
      this.tell(error?.extensions?.code === 'FORBIDDEN' ? texts.forbidden : (error?.message ?? texts.unsent), true);
      return undefined;
    }
    const { changedFields, message, problem } = result;
    if (succeeded(result)) this.tell(done);
    else this.tell(changedFields ? texts.changedMeanwhile(changedFields) : (message ?? problem?.message ?? ''), true);
    return result;
  }
}
