import type { ViewContext } from '#gateway/channelManifest.ts';
import { TileSourceDocument, type Locale } from '#generated/bffs/kiosk/operations.ts';
import { soleBinding } from '#platform/identity/principal.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { tilePages, type TilePage } from './tilePages.ts';

interface KioskParent {
  readonly deviceId: string;
  readonly store: { readonly __typename: 'Store'; readonly id: string };
}

interface TilePagesArguments {
  readonly locale?: Locale | null;
  readonly categoryId?: string | null;
  readonly pageSize?: number | null;
}

export const viewResolvers = {
  Query: {
    /** The store comes from the token alone: no argument of a request can name another. */
    kiosk(_root: unknown, _arguments: unknown, { principal }: ViewContext): KioskParent | null {
      const store = soleBinding(principal, 'store');
      return store === undefined ? null : { deviceId: principal.subject, store: { __typename: 'Store', id: store } };
    },
  },
  Kiosk: {
    async tilePages(
      _kiosk: KioskParent,
      { locale, categoryId, pageSize }: TilePagesArguments,
      { run }: ViewContext,
    ): Promise<TilePage[] | null> {
      const size = pageSize ?? 12;
      if (size < 1 || size > 48) throw new CodedError('BAD_USER_INPUT', 'pageSize: 1 to 48.');
      const language = locale ?? 'EN';
      const { data, errors } = await run(TileSourceDocument, {
        locale: language,
        filter: categoryId ? { categoryId } : null,
      });
      const menu = data?.kiosk?.store?.menu;
      // The error that explains why there is no menu is more useful than null.
      if (!menu && errors[0]) throw errors[0];
      return menu ? tilePages(menu, language, size) : null;
    },
  },
};
