import { createHash } from 'node:crypto';
import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { editMenu, type MenuEditOutcome } from '../../commands/editMenu.ts';
import { filesOf } from '../../config.ts';
import { invalid } from '../../editing/menuEdit.ts';
import { makePicture, mostBytes, type Picture } from '../../pictures/makePicture.ts';
import { editResult, ofItem } from '../editResult.ts';

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const mostCharacters = 4 * Math.ceil(mostBytes / 3);

const none: Picture = { kind: 'picture', images: [] };

export const setMenuItemImage: MutationResolvers['setMenuItemImage'] = async (_parent, { input }, context) => {
  const { idempotencyKey, draftId = null, menuItemId: id, expectedVersion: seen, image = null } = input;
  const { domain, principal } = context;
  const picture = image === null ? none : await pictureIn(image);
  const outcome: MenuEditOutcome =
    picture.kind === 'refused'
      ? invalid('image', picture.message)
      : await editMenu(domain, principal, {
          mutation: 'setMenuItemImage',
          idempotencyKey,
          body: { id, draftId, seen, image: image && createHash('sha256').update(image).digest('base64url') },
          draftId,
          edit: { kind: 'ITEM', id, create: null, seen, fields: { images: picture.images } },
        });
  return editResult(context, { kind: 'ITEM', id, draftId }, outcome, {
    edited: ({ item }) => ({ __typename: 'MenuItemEdited' as const, item: item! }),
    ...ofItem,
  });

  function pictureIn(text: string): Picture | Promise<Picture> {
    if (text.length > mostCharacters)
      return { kind: 'refused', message: `A picture has at most ${mostBytes.toLocaleString('en')} bytes.` };
    return base64.test(text)
      ? makePicture(filesOf(domain), Buffer.from(text, 'base64'))
      : { kind: 'refused', message: 'Write the bytes of the picture in base64, without line breaks.' };
  }
};
