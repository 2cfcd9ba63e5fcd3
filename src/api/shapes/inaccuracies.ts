import { z } from 'zod'
import { inaccuracyKinds, inaccuracyStates, inaccuracySubjects } from '../../model/inaccuracy.ts'

const Answered = z.object({ by: z.string(), words: z.string(), at: z.string() }).nullable().describe('Null while it is open')

/** What somebody says is wrong, and what was answered. */
export const Inaccuracy = z.object({
  inaccuracy_id: z.number().int(),
  about: z.enum(inaccuracySubjects),
  subject: z.string().describe('Id of what it is about'),
  title: z.string().describe('Its title when it was reported'),
  kind: z.enum(inaccuracyKinds),
  words: z.string(),
  reported_by: z.string(),
  reported_at: z.string(),
  state: z.enum(inaccuracyStates),
  answer: Answered,
})

export const InaccuracyDetail = Inaccuracy.extend({
  log: z
    .array(z.object({ at: z.string(), import_no: z.number().int(), actor: z.string(), state: z.enum(inaccuracyStates), answer: Answered }))
    .describe('What became of it, newest first'),
})

export const NewInaccuracy = z.strictObject({
  about: z.enum(inaccuracySubjects),
  subject: z.string().min(1).max(500).describe('Id of what it is about, as its own route takes it'),
  kind: z.enum(inaccuracyKinds),
  words: z.string().max(4000).default(''),
  reported_by: z.string().trim().min(1).max(200).optional(),
})

export const InaccuracyAnswer = z.strictObject({
  state: z.enum(inaccuracyStates).describe('open: takes an answer back'),
  words: z.string().trim().min(1).max(4000).optional().describe('The answer; wanted unless it is opened again'),
  by: z.string().trim().min(1).max(200).optional(),
})
