import { useState } from 'react'
import { useAsk, useList } from '../../api.ts'
import type { AssetSummary } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf, yesOrNo } from '../../condition.ts'
import { count, day, word, yesNo } from '../../format.ts'
import { Chip, CriticalityBadge, ExposureValue } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import type { Filter } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { SavedViews } from '../../components/SavedViews.tsx'
import { To } from '../../components/To.tsx'
import { ExposureStrip } from './ExposureStrip.tsx'
import { SetAssets } from './SetAssets.tsx'

const filters: Filter[] = [
  {
    parameter: 'type',
    title: 'Type',
    options: ['device', 'image', 'cloud_resource', 'account', 'tenant', 'repository', 'application', 'cluster', 'identity', 'other'].map(
      (value) => ({ value }),
    ),
  },
  {
    parameter: 'level',
    title: 'Exposure',
    options: [...['high', 'medium', 'low'].map((value) => ({ value })), { value: 'none', title: 'None' }],
  },
  { parameter: 'criticality', title: 'Criticality', options: ['very_high', 'high', 'medium', 'low'].map((value) => ({ value })) },
  {
    parameter: 'os_family',
    title: 'OS',
    options: ['windows', 'windows_server', 'macos', 'linux', 'ios', 'android', 'network', 'other'].map((value) => ({ value })),
  },
  { parameter: 'internet', title: 'Internet-facing', options: [{ value: 'yes' }, { value: 'no' }] },
  {
    parameter: 'state',
    title: 'State',
    options: [{ value: 'active' }, { value: 'stale', title: 'Not looked at lately' }, { value: 'never_scanned', title: 'Never looked at' }],
  },
  {
    parameter: 'coverage',
    title: 'Scanned',
    options: [
      { value: 'scanned', title: 'Lately' },
      { value: 'stale', title: 'Not lately' },
      { value: 'never_scanned', title: 'Never' },
    ],
  },
]

/** Whether the asset is in the score, as people read it. */
function AssetState({ state }: { state: AssetSummary['state'] }) {
  if (state === 'active') return <span>Active</span>
  return <Chip tone="warn">{{ stale: 'Not looked at lately', never_scanned: 'Never looked at', left: 'Left' }[state]}</Chip>
}

const columns: Column<AssetSummary>[] = [
  {
    id: 'name',
    title: 'Asset',
    sort: 'name',
    cell: (asset) => (
      <To page={`/assets/${asset.asset_id}`} className="link font-medium" title={asset.name}>
        {asset.name}
      </To>
    ),
  },
  {
    id: 'exposure',
    title: 'Exposure',
    width: 135,
    sort: 'exposure',
    down: true,
    hint: '0–100, lower is better',
    cell: (asset) => <ExposureValue value={asset.exposure} />,
  },
  { id: 'type', title: 'Type', width: 125, sort: 'type', cell: (asset) => word(asset.type) },
  {
    id: 'os',
    title: 'OS',
    width: 150,
    sort: 'os',
    cell: (asset) => <span title={asset.os ?? ''}>{asset.os ?? (asset.os_family ? word(asset.os_family) : '–')}</span>,
  },
  {
    id: 'criticality',
    title: 'Criticality',
    width: 105,
    sort: 'criticality',
    down: true,
    cell: (asset) => <CriticalityBadge criticality={asset.criticality} />,
  },
  {
    id: 'vulnerabilities',
    title: 'Vulnerabilities',
    width: 130,
    sort: 'vulnerabilities',
    down: true,
    align: 'right',
    cell: (asset) => count(asset.vulnerabilities),
  },
  {
    id: 'critical',
    title: 'Critical',
    width: 85,
    sort: 'critical',
    down: true,
    align: 'right',
    cell: (asset) => (asset.critical > 0 ? <span className="font-medium text-critical-ink">{count(asset.critical)}</span> : '0'),
  },
  {
    id: 'exploited',
    title: 'Exploited',
    width: 95,
    sort: 'exploited',
    down: true,
    align: 'right',
    hint: 'Known exploited vulnerabilities',
    cell: (asset) => (asset.exploited > 0 ? <span className="font-medium text-critical-ink">{count(asset.exploited)}</span> : '0'),
  },
  { id: 'group', title: 'Group', width: 125, sort: 'asset_group', cell: (asset) => asset.asset_group ?? '–' },
  { id: 'state', title: 'State', width: 140, cell: (asset) => <AssetState state={asset.state} /> },
  {
    id: 'failed_controls',
    title: 'Controls not met',
    width: 130,
    sort: 'failed_controls',
    down: true,
    align: 'right',
    hidden: true,
    cell: (asset) => count(asset.failed_controls),
  },
  {
    id: 'internet',
    title: 'Internet-facing',
    width: 120,
    sort: 'internet_facing',
    down: true,
    hidden: true,
    cell: (asset) => yesNo(asset.internet_facing),
  },
  { id: 'owner', title: 'Owner', width: 140, sort: 'owner', hidden: true, cell: (asset) => asset.owner ?? '–' },
  { id: 'agent', title: 'Endpoint agent', width: 140, sort: 'endpoint_agent', hidden: true, cell: (asset) => asset.endpoint_agent ?? '–' },
  { id: 'sources', title: 'Sources', width: 150, hidden: true, cell: (asset) => asset.sources.join(', ') || '–' },
  { id: 'last_seen', title: 'Last seen', width: 110, hidden: true, cell: (asset) => day(asset.last_seen_at) },
]

/** Everything that can be exposed, the most exposed first. */
export function AssetsPage() {
  const { get, all } = useParameters()
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set())
  const [setting, setSetting] = useState(false)
  const sources = useAsk('/api/v1/sources')
  const levels = all('level')
  const filter = conditionOf({
    type: all('type'),
    // "none" is no word of the list: nothing open is an exposure of 0
    ...(levels.includes('none')
      ? levels.length === 1
        ? { exposure: ['0'] }
        : { any: [{ exposure: 0 }, { exposure: '> 0', level: levels.filter((level) => level !== 'none') }] as unknown as string[] }
      : levels.length === 1 && levels[0] === 'low'
        ? { level: 'low', exposure: '> 0' }
        : { level: levels }),
    source: all('source'),

    criticality: all('criticality'),
    os_family: all('os_family'),
    state: all('state'),
    coverage: all('coverage'),
    internet_facing: yesOrNo(all('internet')),
  })
  const list = useList('/api/v1/assets', {
    query: {
      ...(filter ? { filter } : {}),
      ...(get('search') ? { search: get('search') } : {}),
      ...(get('sort') ? { sort: get('sort') } : {}),
    },
  })
  const selection: Column<AssetSummary> = {
    id: 'selection',
    title: 'Select',
    width: 66,
    cell: (asset) => (
      <input
        type="checkbox"
        aria-label={`Select ${asset.name}`}
        checked={selected.has(asset.asset_id)}
        onChange={(event) => {
          const next = new Set(selected)
          if (event.target.checked) next.add(asset.asset_id)
          else next.delete(asset.asset_id)
          setSelected(next)
        }}
        className="accent-accent align-middle"
      />
    ),
  }
  return (
    <Page
      title="Assets"
      name="Assets"
      line="Devices, images, cloud resources, accounts: what your reports know of."
      full
      actions={
        <>
          <Button disabled={!list.total} onClick={() => setSetting(true)}>
            {selected.size > 0 ? `Set level or group of ${count(selected.size)}` : 'Set level or group of all'}
          </Button>
          {selected.size > 0 && (
            <Button look="quiet" onClick={() => setSelected(new Set())}>
              Select none
            </Button>
          )}
          <SavedViews list="assets" />
        </>
      }
    >
      <ExposureStrip />
      <FilterBar
        search="Search name, owner, group"
        filters={[
          ...filters,
          {
            parameter: 'source',
            title: 'Discovered by',
            options: (sources.data?.items ?? [])
              .filter((one) => one.kind !== 'feed')
              .map((one) => ({ value: one.source, title: one.title })),
          },
        ]}
        total={list.total}
        noun={['asset', 'assets']}
      >
        <ListTools label="Assets" columns={columns} address={list.address} />
      </FilterBar>
      {setting && (
        <SetAssets
          chosen={
            selected.size > 0
              ? { asset_ids: [...selected] }
              : { ...(filter ? { filter } : {}), ...(get('search') ? { search: get('search') } : {}) }
          }
          amount={selected.size || (list.total ?? 0)}
          onClose={() => {
            setSetting(false)
            setSelected(new Set())
          }}
        />
      )}
      <DataTable
        label="Assets"
        columns={[selection, ...columns]}
        list={list}
        rowKey={(asset) => asset.asset_id}
        defaultSort="-exposure"
        fill
        muted={(asset) => asset.state !== 'active'}
        selected={(asset) => selected.has(asset.asset_id)}
        empty={
          <Empty title="No asset">
            No report names one, or the filters leave none. <To page="/sources">Import a report</To>
          </Empty>
        }
      />
    </Page>
  )
}
