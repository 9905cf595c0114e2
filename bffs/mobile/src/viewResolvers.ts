import { pickPicture, type Picture } from './pickPicture.ts';
import { sync } from './sync.ts';

export const viewResolvers = {
  Query: { sync },
  MenuItem: {
    thumbnail: ({ images }: { images: readonly Picture[] }, { width }: { width?: number | null }) =>
      pickPicture(images, width ?? 160)?.url ?? null,
  },
};
