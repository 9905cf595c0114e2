import { z } from 'zod';

export const config = z.object({
  MENU_IMAGE_BASE_URL: z
    .url()
    .default('https://images.drburger.example')
    .describe('base address of the pictures of the menu; the path of each picture is appended to it'),
});
