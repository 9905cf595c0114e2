import { z } from 'zod';

export const config = z.object({
  MENU_IMAGE_BASE_URL: z
    .url()
    .default('https://images.drburger.example')
    .describe('where the pictures of the menu are; paths are appended to it'),
});
