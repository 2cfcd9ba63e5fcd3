import { useAsk, useList } from '../../api.ts'
import type { Import, SourceSummary } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { ago, count, counted, instantInUtc, word } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { Here } from '../../components/To.tsx'
import { useOrganisation } from '../../components/shell.ts'
import { Connectors } from './Connectors.tsx'
import { DropZone } from './DropZone.tsx'
import { Feeds } from './Feeds.tsx'
import { ImportFlyout } from './ImportFlyout.tsx'
import { Staleness } from './Staleness.tsx'
import { writeCounts } from './counts.ts'

const columns: Column<Import>[] = [
  {
    id: 'file',
    title: 'Import',
    cell: (one) => (
      <Here
        change={{ open: String(one.import_no) }}
        className={`link font-medium ${one.undone ? 'line-through' : ''}`}
        title={one.file_name ?? ''}
      >
        {one.file_name ?? word(one.kind)}
      </Here>
    ),
  },
  {
    id: 'format',
    title: 'Format',
    width: 185,
    cell: (one) => <span title={one.format_title ?? ''}>{one.format_title ?? one.format ?? '–'}</span>,
  },
  {
    id: 'read',
    title: 'What was read',
    width: 265,
    cell: (one) => (one.undone ? <Chip>Undone</Chip> : <span title={writeCounts(one.counts)}>{writeCounts(one.counts)}</span>),
  },
  { id: 'opened', title: 'Opened', width: 80, align: 'right', cell: (one) => count(one.counts.opened) },
  { id: 'closed', title: 'Closed', width: 80, align: 'right', cell: (one) => count(one.counts.closed) },
  {
    id: 'observed',
    title: 'Looked at (UTC)',
    width: 155,
    sort: 'observed_at',
    down: true,
    cell: (one) => <span className="num">{instantInUtc(one.observed_at)}</span>,
  },
  {
    id: 'recorded',
    title: 'Imported (UTC)',
    width: 155,
    sort: 'recorded_at',
    down: true,
    cell: (one) => <span className="num">{instantInUtc(one.recorded_at)}</span>,
  },
  { id: 'actor', title: 'By', width: 100, hidden: true, cell: (one) => one.actor },
  { id: 'source', title: 'Source', width: 130, hidden: true, cell: (one) => one.source ?? '–' },
]

/** Where the facts come from: freshness, imports, and the place to drop new reports. */
export function SourcesPage() {
  const { get, set } = useParameters()
  const { organisation, organisations } = useOrganisation()
  const sources = useAsk('/api/v1/sources')
  const list = useList('/api/v1/imports', {
    query: { ...(get('search') ? { search: get('search') } : {}), ...(get('sort') ? { sort: get('sort') } : {}) },
  })
  const demo = organisation?.demo ?? false
  const own = organisations.find((one) => !one.demo)
  // the server's own choice is left to it, so that the same file is known again however it came
  const chosen = organisation && !demo && organisation !== own ? organisation.slug : ''
  const into = demo ? `They go to ${own ? `“${own.name}”` : 'an organisation of your own'}, never into the demo.` : ''
  return (
    <Page title="Sources" name="Sources" line="Where the facts come from, how fresh they are, and what each import read.">
      <DropZone org={chosen} into={into} />
      {sources.error ? (
        <Problem error={sources.error} retry={() => void sources.refetch()} />
      ) : sources.data ? (
        <SourceCards sources={sources.data.items} />
      ) : (
        <Loading className="h-28" />
      )}
      <h2 className="text-base font-semibold">Imports</h2>
      <FilterBar search="Search file or format" total={list.total} noun={['import', 'imports']}>
        <ListTools label="Imports" columns={columns} address={list.address} />
      </FilterBar>
      <DataTable
        label="Imports"
        columns={columns}
        list={list}
        rowKey={(one) => one.import_no}
        height={620}
        muted={(one) => one.undone}
        selected={(one) => String(one.import_no) === get('open')}
        empty={<Empty title="Nothing imported yet">Drop a report above, or use the command line: npx plimsoll import report.json</Empty>}
      />
      <Connectors own={!demo && organisation !== null} />
      <Feeds />
      <ImportFlyout no={get('open')} onClose={() => set({ open: null, tab: null })} />
    </Page>
  )
}

function SourceCards({ sources }: { sources: SourceSummary[] }) {
  if (sources.length === 0) return null
  // One format can come from several sources: then each card says whose it is.
  const repeated = new Set(sources.map(({ title }) => title).filter((title, at, all) => all.indexOf(title) !== at))
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(15.5rem,1fr))] gap-3">
      {sources.map((source) => (
        <li key={source.source} className="rounded-lg border border-line bg-surface px-3.5 py-2.5 text-sm">
          <p className="flex items-center gap-2 font-medium">
            <span aria-hidden className={`size-2 shrink-0 rounded-full ${source.state === 'fresh' ? 'bg-zone-low' : 'bg-zone-medium'}`} />
            <span className="min-w-0 flex-1 truncate" title={source.title}>
              {source.title}
            </span>
            {source.state === 'stale' && <Chip tone="warn">Stale</Chip>}
          </p>
          <p className="mt-0.5 text-xs text-ink-3">
            {source.last_observed_at ? `Observed ${ago(source.last_observed_at)}` : `Imported ${ago(source.last_import_at)}`}
            {source.kind === 'report' ? ` · ${counted(source.assets, 'asset')}` : ' · feed'}
          </p>
          <p className="text-xs text-ink-3">
            {repeated.has(source.title) && <span className="font-mono">{source.source} · </span>}
            {counted(source.imports, 'import')}
            {source.kind === 'report' && (
              <>
                {' · '}
                <Staleness source={source} />
              </>
            )}
          </p>
        </li>
      ))}
    </ul>
  )
}
