import { z } from 'zod'

const Card = z.string().regex(/^[a-z0-9_-]{1,60}$/)

/** In which order the cards of a page stand, and which are hidden. Cards that it does not name stand where the program puts them. */
export const Arrangement = z.strictObject({
  order: z.array(Card).max(100).describe('Ids of cards, the first first'),
  hidden: z.array(Card).max(100).describe('Ids of cards that are not shown'),
})
