import type { z } from 'zod'
import {
  type Inaccuracy as Reported,
  type InaccuracyBody,
  inaccuracyLog,
  listInaccuracies,
  unknownInaccuracy,
} from '../../insights/inaccuracies.ts'
import { inaccuracyKinds, inaccuracyStates, type InaccuracySubject, inaccuracySubjects } from '../../model/inaccuracy.ts'
import { formatInstant } from '../../model/time.ts'
import { scopeOfFinding } from '../../store/exceptions/change.ts'
import { assetNames, controlTitles } from '../../store/queries/explain/names.ts'
import type { GivenField, GivenFields } from '../../store/queries/given.ts'
import { getVulnerability, knownId } from '../../store/queries/vulnerabilities/get.ts'
import type { Asked } from '../asked.ts'
import type { Inaccuracy, InaccuracyDetail } from '../shapes/inaccuracies.ts'
import { findInitiative } from './initiatives.ts'
import { findMetric } from './metrics.ts'
import { findCatalogued } from './recommendations.ts'

type Row = z.infer<typeof Inaccuracy>

const answerOf = (answer: InaccuracyBody['answer']) => answer && { ...answer, at: formatInstant(answer.at) }

const rowOf = ({ reported_at, answer, ...rest }: Reported): Row => ({
  ...rest,
  reported_at: formatInstant(reported_at),
  answer: answerOf(answer),
})

/** All reports of a moment, what is open first. */
export const inaccuraciesOf = async ({ store, scope, moment }: Asked): Promise<Row[]> =>
  (await listInaccuracies(store.engine, scope.org_id, moment.at)).map(rowOf)

/** One report and what became of it until then. Throws UserError('unknown_inaccuracy'). */
export async function inaccuracyDetail(asked: Asked, inaccuracy_id: number): Promise<z.infer<typeof InaccuracyDetail>> {
  const found = (await inaccuraciesOf(asked)).find((each) => each.inaccuracy_id === inaccuracy_id)
  if (!found) throw unknownInaccuracy(inaccuracy_id)
  const log = await inaccuracyLog(asked.store.engine, asked.scope.org_id, inaccuracy_id)
  return {
    ...found,
    log: log
      .filter(({ valid_from }) => valid_from <= asked.moment.at)
      .map(({ valid_from, answer, ...rest }) => ({ ...rest, at: formatInstant(valid_from), answer: answerOf(answer) })),
  }
}

/** Id and title of what a report is about: it has to be there. Throws the error of whatever is unknown. */
export async function inaccuracySubject(
  asked: Asked,
  about: InaccuracySubject,
  subject: string,
): Promise<Pick<InaccuracyBody, 'subject' | 'title'>> {
  const { store, scope, moment } = asked
  switch (about) {
    case 'vulnerability': {
      const found = await getVulnerability(store.engine, scope, moment, await knownId(store.engine, scope, moment, subject))
      return { subject: found.vulnerability_id, title: found.title ?? found.vulnerability_id }
    }
    case 'recommendation':
      return { subject, title: (await findCatalogued(asked, subject)).title }
    case 'metric':
      return { subject, title: findMetric(asked, subject).title }
    case 'initiative':
      return { subject, title: findInitiative(asked, subject).title }
    case 'finding': {
      const finding_id = /^[1-9]\d{0,14}$/.test(subject) ? Number(subject) : 0
      const found = await scopeOfFinding(store.engine, scope.org_id, finding_id)
      const asset_id = found.asset_ids![0]!
      const [names, titles] = await Promise.all([
        assetNames(store.engine, scope.org_id, [asset_id]),
        controlTitles(store.engine, scope.org_id, [found.subject!]),
      ])
      const what = titles.get(found.subject!) ?? found.subject!
      return {
        subject,
        title: `${what}${found.component ? ` in ${found.component}` : ''} on ${names.get(asset_id) ?? `asset ${asset_id}`}`,
      }
    }
  }
}

const text = (title: string, read: (row: Row) => string | null, values?: readonly string[]): GivenField<Row> => ({
  read,
  column: { type: 'text', title, ...(values ? { values } : {}) },
})

/** Fields by which reports can be filtered and sorted. */
export const inaccuracyFields: GivenFields<Row> = new Map<string, GivenField<Row>>([
  ['inaccuracy_id', { read: (row) => row.inaccuracy_id, column: { type: 'number', title: 'number' } }],
  ['about', text('about', (row) => row.about, inaccuracySubjects)],
  ['subject', text('subject', (row) => row.subject)],
  ['title', text('title', (row) => row.title)],
  ['kind', text('kind', (row) => row.kind, inaccuracyKinds)],
  ['state', text('state', (row) => row.state, inaccuracyStates)],
  ['reported_by', text('reported by', (row) => row.reported_by)],
  ['reported_at', text('reported at', (row) => row.reported_at)],
  ['words', text('words', (row) => row.words)],
])
