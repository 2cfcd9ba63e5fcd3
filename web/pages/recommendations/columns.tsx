import type { RecommendationSummary } from '../../api.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { Chip, SeverityBadge } from '../../components/Badge.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { Here, To } from '../../components/To.tsx'
import { count, day, gain, instant, word } from '../../format.ts'
import { ExposedAssets, Impact, Risk, StateChip, Tags, Threats } from './marks.tsx'
import { exceptionNames, surfaceNames } from './words.ts'

/** Tags that stand beside the title; the drawer shows all. */
const loud: ReadonlySet<string> = new Set(['zero_day', 'new_fix', 'end_of_support', 'stale'])

/** Columns of the catalogue. `greatest`: the gain that fills the bar; `chosen` and `choose`: rows picked to be computed together. */
export function columnsFor(
  greatest: number,
  chosen: ReadonlySet<string>,
  choose: (id: string, on: boolean) => void,
): Column<RecommendationSummary>[] {
  return [
    {
      id: 'pick',
      title: '',
      hint: 'Choose',
      width: 48,
      cell: (one) => (
        <input
          type="checkbox"
          aria-label={`Choose ${one.title}`}
          checked={chosen.has(one.id)}
          onChange={(event) => choose(one.id, event.target.checked)}
          className="block size-3.5 accent-accent"
        />
      ),
    },
    {
      id: 'title',
      title: 'Recommendation',
      sort: 'title',
      cell: (one) => (
        <span className="flex min-w-0 items-center gap-1.5">
          <Here change={{ open: one.id }} className="link truncate font-medium" title={one.title}>
            {one.title}
          </Here>
          <Tags tags={one.tags.filter((tag) => loud.has(tag))} />
        </span>
      ),
    },
    { id: 'risk', title: 'Risk', width: 108, sort: 'rank', cell: (one) => <Risk row={one} /> },
    {
      id: 'gain',
      title: 'Expected gain',
      width: 168,
      sort: 'gain',
      down: true,
      hint: 'What the score would gain if exactly these findings closed now. Gains of several are not added: choose some to see them together.',
      cell: (one) => (
        <span className="flex items-center gap-2.5">
          <ShareBar share={greatest > 0 ? one.gain / greatest : 0} fill="bg-better" className="w-9" />
          <span className="num w-11 text-right font-semibold">{gain(one.gain)}</span>
          <span className="text-xs text-ink-3">{one.score}</span>
        </span>
      ),
    },
    {
      id: 'gain_before',
      title: 'Without exc.',
      width: 104,
      sort: 'gain_before',
      down: true,
      align: 'right',
      hidden: true,
      hint: 'What the expected gain would be had nobody excepted anything',
      cell: (one) => (one.gain_before === one.gain ? <span className="text-ink-3">{gain(one.gain_before)}</span> : gain(one.gain_before)),
    },
    { id: 'threats', title: 'Threats', width: 92, sort: 'stage', down: true, cell: (one) => <Threats threats={one.threats} /> },
    {
      id: 'assets',
      title: 'Exposed assets',
      width: 138,
      sort: 'assets',
      down: true,
      align: 'right',
      cell: (one) => <ExposedAssets row={one} />,
    },
    {
      id: 'assets_after',
      title: 'After exc.',
      width: 104,
      sort: 'assets_after',
      down: true,
      align: 'right',
      hint: 'Exposed assets that no score-moving exception covers',
      cell: (one) =>
        one.assets_after === one.assets ? <span className="text-ink-3">{count(one.assets_after)}</span> : count(one.assets_after),
    },
    {
      id: 'critical_assets',
      title: 'Critical',
      width: 84,
      sort: 'critical_assets',
      down: true,
      align: 'right',
      cell: (one) => count(one.critical_assets),
    },
    {
      id: 'no_user_impact',
      title: 'No user impact',
      width: 124,
      sort: 'no_user_impact',
      down: true,
      align: 'right',
      hidden: true,
      hint: 'Exposed assets of which a source expects that their users notice nothing when the setting is mended',
      cell: (one) => (one.user_impact === null ? <span className="text-ink-3">–</span> : count(one.user_impact.none)),
    },
    { id: 'state', title: 'State', width: 178, sort: 'state', hidden: true, cell: (one) => <StateChip state={one.state} /> },
    {
      id: 'exception',
      title: 'Status',
      width: 142,
      sort: 'exception',
      cell: (one) =>
        one.exception === 'active' ? (
          <span className="text-ink-3">Active</span>
        ) : (
          <Chip tone="accent">{exceptionNames[one.exception]}</Chip>
        ),
    },
    {
      id: 'remediation_type',
      title: 'Remediation',
      width: 158,
      sort: 'remediation_type',
      hidden: true,
      cell: (one) => word(one.remediation_type),
    },
    {
      id: 'activities',
      title: 'Activities',
      width: 84,
      align: 'right',
      cell: (one) =>
        one.activities === 0 ? (
          <span className="text-ink-3">0</span>
        ) : (
          <To page="/remediation" change={{ recommendation: one.id }}>
            {count(one.activities)}
          </To>
        ),
    },
    { id: 'impact', title: 'Impact', width: 96, sort: 'impact', down: true, hidden: true, cell: (one) => <Impact impact={one.impact} /> },
    {
      id: 'severity',
      title: 'Severity',
      width: 98,
      sort: 'severity',
      down: true,
      hidden: true,
      cell: (one) => <SeverityBadge severity={one.severity} />,
    },
    {
      id: 'vulnerabilities',
      title: 'Weaknesses',
      width: 106,
      sort: 'vulnerabilities',
      down: true,
      align: 'right',
      hidden: true,
      cell: (one) => (one.vulnerabilities === 0 ? '–' : count(one.vulnerabilities)),
    },
    {
      id: 'findings',
      title: 'Findings',
      width: 90,
      sort: 'findings',
      down: true,
      align: 'right',
      hidden: true,
      cell: (one) => count(one.findings),
    },
    {
      id: 'internet_assets',
      title: 'Internet-facing',
      width: 118,
      sort: 'internet_assets',
      down: true,
      align: 'right',
      hidden: true,
      cell: (one) => count(one.internet_assets),
    },
    { id: 'component', title: 'Related component', width: 150, sort: 'component', hidden: true, cell: (one) => one.component ?? '–' },
    { id: 'workload', title: 'Workload', width: 140, sort: 'workload', hidden: true, cell: (one) => one.workload ?? '–' },
    {
      id: 'surfaces',
      title: 'Attack surface',
      width: 150,
      hidden: true,
      cell: (one) => one.surfaces.map((surface) => surfaceNames[surface]).join(', ') || '–',
    },
    { id: 'category', title: 'Category', width: 130, sort: 'category', hidden: true, cell: (one) => one.category ?? '–' },
    { id: 'source', title: 'Source', width: 130, hidden: true, cell: (one) => one.sources.join(', ') || '–' },
    {
      id: 'initiatives',
      title: 'Initiatives',
      width: 92,
      sort: 'initiatives',
      down: true,
      align: 'right',
      hidden: true,
      cell: (one) => count(one.initiatives.length),
    },
    {
      id: 'metrics',
      title: 'Metrics',
      width: 80,
      sort: 'metrics',
      down: true,
      align: 'right',
      hidden: true,
      cell: (one) => count(one.metrics.length),
    },
    {
      id: 'counts',
      title: 'Counts toward score',
      width: 150,
      sort: 'counts',
      hidden: true,
      cell: (one) => (one.counts ? 'Yes' : <span className="text-ink-3">No</span>),
    },
    {
      id: 'last_state_change',
      title: 'Last state change',
      width: 140,
      sort: 'last_state_change',
      down: true,
      hidden: true,
      cell: (one) => (one.last_state_change === null ? <span className="text-ink-3">over 180 days</span> : day(one.last_state_change)),
    },
    { id: 'last_calculated', title: 'Last calculated', width: 170, hidden: true, cell: (one) => instant(one.last_calculated_at) },
  ]
}
