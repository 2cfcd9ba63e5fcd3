import { type KpiStanding, listKpis } from '../../insights/kpis.ts'
import { kpiStates } from '../../model/kpi.ts'
import { parseDay } from '../../store/days.ts'
import type { GivenField, GivenFields } from '../../store/queries/given.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'

/** All KPIs as they stand at the moment asked for. */
export const kpisOf = ({ store, scope, catalog, moment, rules }: Asked): Promise<KpiStanding[]> =>
  remember(store, ['kpis', scope, moment.day, rules], () => listKpis(store.engine, scope, catalog, moment.day, moment.at))

const thousandth = (value: number | null): number | null => (value === null ? null : Math.round(value * 1000))

/** Fields by which KPIs can be filtered and sorted. */
export const kpiFields: GivenFields<KpiStanding> = new Map<string, GivenField<KpiStanding>>([
  ['kpi_id', { read: (row) => row.kpi_id, column: { type: 'text', title: 'id' } }],
  ['name', { read: (row) => row.name, column: { type: 'text', title: 'name' } }],
  ['owner', { read: (row) => row.owner, column: { type: 'text', title: 'owner' } }],
  ['title', { read: (row) => row.title, column: { type: 'text', title: 'score' } }],
  ['state', { read: (row) => row.state, column: { type: 'text', title: 'state', values: kpiStates } }],
  ['due', { read: (row) => parseDay(row.due), column: { type: 'number', title: 'due' } }],
  ['days_left', { read: (row) => row.days_left, column: { type: 'number', title: 'days left' } }],
  ['target', { read: (row) => thousandth(row.target), column: { type: 'number', title: 'target', scale: 1000 } }],
  ['value', { read: (row) => thousandth(row.value), column: { type: 'number', title: 'value', scale: 1000 } }],
  ['gap', { read: (row) => thousandth(row.gap), column: { type: 'number', title: 'gap', scale: 1000 } }],
  ['drops', { read: (row) => row.drops.length, column: { type: 'number', title: 'drops' } }],
])
