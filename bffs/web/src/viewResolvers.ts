import { pictureSet, type Picture } from './pictureSet.ts';
import { progress, type OrderSoFar } from './progress.ts';

export const viewResolvers = {
  MenuItem: {
    pictureSet: ({ images }: { images: readonly Picture[] }) => pictureSet(images),
  },
  Order: {
    progress: (order: OrderSoFar) => progress(order),
  },
};
