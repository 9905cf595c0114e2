import createMenuDraft from '../../operations/createMenuDraft.graphql';
import discardMenuDraft from '../../operations/discardMenuDraft.graphql';
import menuDrafts from '../../operations/menuDrafts.graphql';
import publishMenuDraft from '../../operations/publishMenuDraft.graphql';
import type {
  CreateMenuDraftMutationVariables,
  DiscardMenuDraftMutationVariables,
  MenuDraftsQuery,
  PublishMenuDraftMutationVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import type { Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, field, form, nothing, replaceIfNew } from './pane.ts';

type Draft = NonNullable<MenuDraftsQuery['menuDrafts']>[number];

/** The list of unpublished drafts of the menu, for admins. */
export class Drafts {
  readonly root = element('section', { 'aria-label': texts.drafts });
  readonly #desk: Desk;
  readonly #onPublished: () => Promise<void>;
  readonly #list = element('ul', { class: 'rows', id: 'drafts' });
  #drafts: readonly Draft[] = [];

  constructor(desk: Desk, onPublished: () => Promise<void>) {
    this.#desk = desk;
    this.#onPublished = onPublished;
    const begin = form(texts.newDraft, [field(texts.draftName, { name: 'name', required: '', maxlength: '100' })], {
      text: texts.newDraft,
      onSubmit: async ({ name = '' }) => {
        await desk.change(
          createMenuDraft,
          (idempotencyKey): CreateMenuDraftMutationVariables => ({ input: { idempotencyKey, name } }),
          texts.draftBegun,
        );
        await this.open();
      },
    });
    this.root.append(element('h2', {}, texts.drafts), this.#list, begin);
  }

  async open(): Promise<void> {
    const data = await this.#desk.read<MenuDraftsQuery>(menuDrafts, {});
    this.#drafts = data?.menuDrafts ?? this.#drafts;
    const rows = this.#drafts.map((draft) =>
      element(
        'li',
        { 'data-version': String(draft.version) },
        element('span', { class: 'name' }, draft.name),
        element('span', {}, texts.edits(draft.edits.length)),
        ...(draft.problem ? [element('span', { class: 'bad' }, draft.problem.message)] : []),
        button(texts.publish, () => this.#publish(draft), { 'aria-label': texts.publishOf(draft.name) }),
        button(texts.discard, () => this.#discard(draft), { 'aria-label': texts.discardOf(draft.name) }),
      ),
    );
    replaceIfNew(this.#list, rows.length > 0 ? rows : [nothing(texts.noDrafts)]);
  }

  /** The names of the drafts to which edits can be added, by their ids. */
  choices(): Record<string, string> {
    return Object.fromEntries(
      this.#drafts.filter(({ state }) => state === 'OPEN').map(({ id, name }) => [id, texts.withDraft(name)]),
    );
  }

  async #publish({ id: draftId, version: expectedVersion }: Draft): Promise<void> {
    await this.#desk.change(
      publishMenuDraft,
      (idempotencyKey): PublishMenuDraftMutationVariables => ({ input: { idempotencyKey, draftId, expectedVersion } }),
      texts.published,
    );
    await this.#onPublished();
  }

  async #discard({ id: draftId, version: expectedVersion, name }: Draft): Promise<void> {
    if (!(await this.#desk.isSure(texts.discardTitle(name), texts.discard))) return;
    await this.#desk.change(
      discardMenuDraft,
      (idempotencyKey): DiscardMenuDraftMutationVariables => ({ input: { idempotencyKey, draftId, expectedVersion } }),
      texts.discarded,
    );
    await this.open();
  }
}
