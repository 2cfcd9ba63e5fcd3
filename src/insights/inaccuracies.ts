import { z } from 'zod'
import { UserError } from '../errors.ts'
import { inaccuracyKinds, inaccuracyStates, inaccuracySubjects } from '../model/inaccuracy.ts'
import type { Instant } from '../model/time.ts'
import { type Author, changeDefinitionsIn } from '../store/definitions/change.ts'
import { addNumbered } from '../store/definitions/numbered.ts'
import { definitionLog, type DefinitionVersion, readDefinition, readDefinitions } from '../store/definitions/read.ts'
import type { Engine } from '../store/engines/engine.ts'
import type { Store } from '../store/store.ts'

const Name = z.string().trim().min(1).max(200)

/** Body of a report of an inaccuracy: it changes no finding and moves no score. */
export const InaccuracyShape = z.strictObject({
  about: z.enum(inaccuracySubjects),
  /** Id of what it is about, as the API names it. */
  subject: z.string().min(1).max(500),
  /** Its title when it was reported. */
  title: z.string().max(1000),
  kind: z.enum(inaccuracyKinds),
  words: z.string().trim().max(4000),
  reported_by: Name,
  /** In microseconds. */
  reported_at: z.number().int(),
  state: z.enum(inaccuracyStates),
  /** Null while it is open. */
  answer: z.strictObject({ by: Name, words: z.string().trim().min(1).max(4000), at: z.number().int() }).nullable(),
})
export type InaccuracyBody = z.infer<typeof InaccuracyShape>

/** A report of an inaccuracy as it stands at a moment. */
export interface Inaccuracy extends InaccuracyBody {
  inaccuracy_id: number
}

/** All that had been reported at an instant, what is open first, then the newest. */
export async function listInaccuracies(engine: Engine, org_id: number, at: Instant): Promise<Inaccuracy[]> {
  const held = await readDefinitions(engine, org_id, 'inaccuracy', at)
  return held
    .map(({ id, body }) => ({ inaccuracy_id: Number(id), ...InaccuracyShape.parse(JSON.parse(body)) }))
    .toSorted((a, b) => Number(b.state === 'open') - Number(a.state === 'open') || b.inaccuracy_id - a.inaccuracy_id)
}

/** Reports an inaccuracy; returns its number. Throws UserError('bad_inaccuracy'). */
export async function reportInaccuracy(
  store: Store,
  org_id: number,
  said: Omit<InaccuracyBody, 'reported_at' | 'state' | 'answer'>,
  by: Author,
): Promise<number> {
  if (said.kind === 'new_action' && said.about !== 'initiative' && said.about !== 'metric')
    throw new UserError('bad_inaccuracy', 'a new action is proposed for an initiative or a metric: choose another kind')
  if ((said.kind === 'other' || said.kind === 'new_action') && said.words.trim() === '')
    throw new UserError('bad_inaccuracy', `"${said.kind}" says nothing by itself: add words`)
  const body = checked({ ...said, reported_at: store.now(), state: 'open', answer: null })
  return addNumbered(store, org_id, 'inaccuracy', body, by)
}

/** Accepts or rejects a report, or (answer null) opens it again. Throws UserError('unknown_inaccuracy'), UserError('bad_inaccuracy'). */
export async function answerInaccuracy(
  store: Store,
  org_id: number,
  inaccuracy_id: number,
  answer: { state: 'accepted' | 'rejected'; by: string; words: string } | null,
  by: Author,
): Promise<void> {
  await store.engine.transaction(async (transaction) => {
    const held = await readDefinition(transaction, org_id, 'inaccuracy', String(inaccuracy_id))
    if (!held) throw unknownInaccuracy(inaccuracy_id)
    const now = store.now()
    const body = checked({
      ...InaccuracyShape.parse(JSON.parse(held.body)),
      ...(answer === null
        ? { state: 'open' as const, answer: null }
        : { state: answer.state, answer: { by: answer.by, words: answer.words, at: now } }),
    })
    await changeDefinitionsIn(transaction, now, org_id, [{ kind: 'inaccuracy', id: String(inaccuracy_id), body: JSON.stringify(body) }], by)
  })
}

/** What became of a report, newest first: each state, who set it and when. */
export async function inaccuracyLog(
  engine: Engine,
  org_id: number,
  inaccuracy_id: number,
): Promise<(Pick<DefinitionVersion, 'valid_from' | 'import_no' | 'actor'> & Pick<InaccuracyBody, 'state' | 'answer'>)[]> {
  const versions = await definitionLog(engine, org_id, 'inaccuracy', String(inaccuracy_id))
  return versions.map(({ valid_from, import_no, actor, body }) => {
    const { state, answer } = InaccuracyShape.parse(JSON.parse(body))
    return { valid_from, import_no, actor, state, answer }
  })
}

function checked(body: InaccuracyBody): InaccuracyBody {
  const read = InaccuracyShape.safeParse(body)
  if (read.success) return read.data
  throw new UserError('bad_inaccuracy', read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
}

/** The error for a number that no report had at that moment. */
export const unknownInaccuracy = (inaccuracy_id: number): UserError =>
  new UserError('unknown_inaccuracy', `there is no report of an inaccuracy ${inaccuracy_id} here at that moment`, { status: 404 })
