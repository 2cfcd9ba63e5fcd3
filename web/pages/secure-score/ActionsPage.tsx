import { useState } from 'react'
import { useAsk, useList } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { count, counted, day, fine, points, word } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { Here, To } from '../../components/To.tsx'
import { ActionFlyout } from './ActionFlyout.tsx'
import { BringTogether } from './BringTogether.tsx'
import { EditStatus } from './EditStatus.tsx'
import { SecureNav } from './SecureNav.tsx'
import { StatusChip } from './StatusChip.tsx'
import { ApplyTemplate, KeepTemplate } from './Templates.tsx'
import { lockedWords, type SecureAction, statusTitles, unscoredWords } from './words.ts'

const yesNo = [
  { value: 'yes', title: 'Yes' },
  { value: 'no', title: 'No' },
]

const groupings = [
  ['', 'No grouping'],
  ['category', 'Category'],
  ['product', 'Product'],
  ['status', 'Status'],
  ['source', 'Source'],
] as const

/** Columns of the list, in the order in which the work is looked at. */
const columns: Column<SecureAction>[] = [
  { id: 'rank', title: 'Rank', width: 70, sort: 'rank', align: 'right', cell: (action) => <span className="num">{action.rank}</span> },
  {
    id: 'title',
    title: 'Recommended action',
    sort: 'title',
    cell: (action) => (
      <Here change={{ open: action.action_id, tab: null }} className="link font-medium" title={action.title}>
        {action.title}
        {action.instance !== null && <span className="font-normal text-ink-3"> ({action.instance})</span>}
      </Here>
    ),
  },
  {
    id: 'score_impact',
    title: 'Score impact',
    width: 128,
    sort: 'score_impact',
    down: true,
    align: 'right',
    cell: (action) => (action.score_impact === null ? '–' : <span className="num">{fine(action.score_impact)} %</span>),
  },
  {
    id: 'points',
    title: 'Points achieved',
    width: 165,
    sort: 'points',
    down: true,
    cell: (action) =>
      action.max_points === null ? (
        <span className="text-ink-3" title={action.unscored ? unscoredWords[action.unscored] : undefined}>
          Not scored
        </span>
      ) : (
        <span className="flex items-center gap-2.5">
          <ShareBar share={action.max_points > 0 ? (action.points ?? 0) / action.max_points : null} className="w-12" />
          <span className="num">
            {points(action.points)} <span className="text-ink-3">of {points(action.max_points)}</span>
          </span>
        </span>
      ),
  },
  { id: 'status', title: 'Status', width: 190, sort: 'status', cell: (action) => <StatusChip action={action} /> },
  {
    id: 'regressed',
    title: 'Regressed',
    width: 118,
    sort: 'regressed',
    down: true,
    cell: (action) => (action.regressed ? <span className="text-worse">Yes</span> : 'No'),
  },
  {
    id: 'licensed',
    title: 'Have licence',
    width: 132,
    sort: 'licensed',
    cell: (action) => (action.licensed === null ? '–' : action.licensed ? 'Yes' : 'No'),
  },
  { id: 'category', title: 'Category', width: 115, sort: 'category', cell: (action) => action.category },
  { id: 'product', title: 'Product', width: 120, sort: 'product', cell: (action) => action.product ?? '–' },
  { id: 'source', title: 'Source', width: 150, sort: 'source', hidden: true, cell: (action) => action.sources.join(', ') },
  { id: 'synced_at', title: 'Last synced', width: 115, sort: 'synced_at', down: true, cell: (action) => day(action.synced_at) },
  {
    id: 'updated_on',
    title: 'Update',
    width: 110,
    sort: 'updated_on',
    down: true,
    hint: 'When content last changed its points',
    cell: (action) => (action.updated_on === null ? 'None' : day(action.updated_on)),
  },
  { id: 'notes', title: 'Notes', width: 150, cell: (action) => action.notes ?? action.note ?? '–' },
  {
    id: 'tags',
    title: 'Tags',
    width: 130,
    hidden: true,
    cell: (action) => (action.tags.length ? action.tags.map((tag) => <Chip key={tag}>{tag}</Chip>) : '–'),
  },
  { id: 'assigned_to', title: 'Assigned to', width: 130, sort: 'assigned_to', hidden: true, cell: (action) => action.assigned_to ?? '–' },
  {
    id: 'difficulty',
    title: 'Difficulty',
    width: 100,
    sort: 'difficulty',
    hidden: true,
    cell: (action) => (action.difficulty ? word(action.difficulty) : '–'),
  },
  {
    id: 'user_impact',
    title: 'User impact',
    width: 110,
    sort: 'user_impact',
    hidden: true,
    cell: (action) => (action.user_impact ? word(action.user_impact) : '–'),
  },
]

/** All recommended actions: what each gives, where it stands, and many at a time. */
export function ActionsPage() {
  const { get, all, set } = useParameters()
  const { as_of, known_at } = useMoment()
  const [chosen, setChosen] = useState<ReadonlyMap<string, SecureAction>>(new Map())
  const [doing, setDoing] = useState<'status' | 'together' | 'keep' | 'templates' | null>(null)
  const overview = useAsk('/api/v1/secure-score')
  const filter = conditionOf({
    status: all('status'),
    category: all('category'),
    product: all('product'),
    regressed: all('regressed'),
    licensed: all('licensed'),
    scored: all('scored'),
  })
  const tag = get('tag')
  const both = tag ? { all: [...(filter ? [JSON.parse(filter) as object] : []), { tag: `~|${tag}|` }] } : null
  const query = {
    ...(both ? { filter: JSON.stringify(both) } : filter ? { filter } : {}),
    ...(get('search') ? { search: get('search') } : {}),
    ...(get('sort') ? { sort: get('sort') } : get('group_by') ? { sort: get('group_by') } : {}),
  }
  const list = useList('/api/v1/secure-score/actions', { query })
  const open = get('open')
  const past = Boolean(as_of || known_at)
  const groupBy = get('group_by')
  const products = [...new Set(list.rows.flatMap((action) => (action.product === null ? [] : [action.product])))].toSorted()
  const tags = [...new Set([...list.rows.flatMap((action) => action.tags), ...(tag ? [tag] : [])])].toSorted()
  const toggle = (action: SecureAction) => {
    const next = new Map(chosen)
    if (!next.delete(action.action_id)) next.set(action.action_id, action)
    setChosen(next)
  }
  const choosable = list.rows.filter((action) => !action.total_only)
  const done = () => {
    setDoing(null)
    setChosen(new Map())
  }
  const withBox: Column<SecureAction>[] = [
    {
      id: 'chosen',
      title: 'Choose',
      width: 76,
      cell: (action) => (
        <input
          type="checkbox"
          aria-label={`Choose ${action.title}`}
          disabled={action.total_only || past}
          title={action.locked ? lockedWords[action.locked] : undefined}
          checked={chosen.has(action.action_id)}
          onChange={() => toggle(action)}
          className="size-4 accent-accent"
        />
      ),
    },
    ...columns,
  ]
  return (
    <Page
      title="Secure score"
      name="Recommended actions"
      line="What is left to do, ranked by the points it gives and the effort it takes."
      full
    >
      <SecureNav />
      <FilterBar
        search="Search actions"
        filters={[
          { parameter: 'status', title: 'Status', options: Object.entries(statusTitles).map(([value, title]) => ({ value, title })) },
          {
            parameter: 'category',
            title: 'Category',
            options: (overview.data?.categories ?? []).map(({ category, actions }) => ({
              value: category,
              title: category,
              amount: actions,
            })),
          },
          { parameter: 'product', title: 'Product', options: products.map((value) => ({ value, title: value })) },
          { parameter: 'regressed', title: 'Regressed', options: yesNo },
          { parameter: 'licensed', title: 'Have licence', options: yesNo },
          { parameter: 'scored', title: 'Scored', options: yesNo },
        ]}
        total={list.total}
        noun={['action', 'actions']}
      >
        {tags.length > 0 && (
          <select
            aria-label="Tag"
            value={tag}
            onChange={(event) => set({ tag: event.target.value || null }, { replace: true })}
            className="h-8 rounded-md border border-line-strong bg-surface px-2 text-sm"
          >
            <option value="">Any tag</option>
            {tags.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        )}
        <select
          aria-label="Group by"
          value={groupBy}
          onChange={(event) => set({ group_by: event.target.value || null, sort: null }, { replace: true })}
          className="h-8 rounded-md border border-line-strong bg-surface px-2 text-sm"
        >
          {groupings.map(([value, title]) => (
            <option key={value} value={value}>
              {value === '' ? title : `Group by ${title.toLowerCase()}`}
            </option>
          ))}
        </select>
        {!past && (
          <Button look="quiet" onClick={() => setDoing('templates')}>
            Templates
          </Button>
        )}
        <ListTools label="Recommended actions" columns={columns} address={list.address} command="plimsoll secure-score actions" />
      </FilterBar>
      {groupBy !== '' && <Groups rows={list.rows} by={groupBy} complete={list.rows.length === list.total} />}
      {chosen.size > 0 && (
        <div className="flex flex-wrap items-center gap-3 rounded-lg border border-accent bg-accent-soft px-3 py-2 text-sm">
          <span className="font-medium text-accent-ink">{counted(chosen.size, 'action')} chosen</span>
          <Button onClick={() => setDoing('status')}>Edit status & action plan</Button>
          {chosen.size > 1 && <Button onClick={() => setDoing('together')}>Bring together</Button>}
          <Button onClick={() => setDoing('keep')}>Keep as a template</Button>
          <Button look="quiet" onClick={() => setChosen(new Map(choosable.map((action) => [action.action_id, action])))}>
            Choose all {count(choosable.length)} shown
          </Button>
          <Button look="quiet" onClick={() => setChosen(new Map())}>
            Choose none
          </Button>
        </div>
      )}
      <DataTable
        label="Recommended actions"
        columns={withBox}
        list={list}
        rowKey={(action) => action.action_id}
        defaultSort={groupBy || 'rank'}
        fill
        muted={(action) => action.points === null}
        selected={(action) => action.action_id === open}
        empty={
          <Empty title="No recommended action">
            The filters leave none, or no posture report was imported: <To page="/sources">import one</To>.
          </Empty>
        }
      />
      <ActionFlyout id={open} onClose={() => set({ open: null, tab: null })} />
      {doing === 'status' && <EditStatus actions={[...chosen.values()]} onClose={done} />}
      {doing === 'together' && (
        <BringTogether actions={[...chosen.values()]} taken={new Set(list.rows.map(({ action_id }) => action_id))} onClose={done} />
      )}
      {doing === 'keep' && <KeepTemplate actions={[...chosen.values()]} onClose={done} />}
      {doing === 'templates' && <ApplyTemplate onClose={() => setDoing(null)} />}
    </Page>
  )
}

/** What each group of the list comes to; each leads to its rows. */
function Groups({ rows, by, complete }: { rows: readonly SecureAction[]; by: string; complete: boolean }) {
  const groups = new Map<string, { actions: number; points: number; max: number }>()
  for (const action of rows) {
    const key =
      by === 'category'
        ? action.category
        : by === 'product'
          ? (action.product ?? '')
          : by === 'status'
            ? action.status
            : action.sources.join(', ')
    const sum = groups.get(key) ?? { actions: 0, points: 0, max: 0 }
    groups.set(key, { actions: sum.actions + 1, points: sum.points + (action.points ?? 0), max: sum.max + (action.max_points ?? 0) })
  }
  const titleOf = (key: string) => (key === '' ? 'None' : by === 'status' ? statusTitles[key as SecureAction['status']] : key)
  return (
    <ul aria-label="Groups" className="flex flex-wrap gap-2 text-sm">
      {[...groups].map(([key, { actions, points: got, max }]) => (
        <li key={key} className="rounded-lg border border-line bg-surface px-3 py-1.5">
          {by === 'source' || key === '' ? (
            <span className="font-medium">{titleOf(key)}</span>
          ) : (
            <Here change={{ [by]: key, group_by: null }} className="link font-medium">
              {titleOf(key)}
            </Here>
          )}{' '}
          <span className="num text-ink-2">
            {counted(actions, 'action')}
            {complete ? '' : ' so far'}, {points(got)} of {points(max)} points
          </span>
        </li>
      ))}
    </ul>
  )
}
