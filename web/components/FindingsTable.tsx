import type { Finding, Listing } from '../api.ts'
import { ShareBar } from '../charts/ShareBar.tsx'
import { cvss, day, percent } from '../format.ts'
import { Epss, SeverityBadge, StageBadge } from './Badge.tsx'
import { ExceptionMark } from './ExceptionMark.tsx'
import { DataTable } from './DataTable.tsx'
import type { Column } from './DataTable.tsx'
import { Empty } from './Problem.tsx'
import { ReportInaccuracy } from './ReportInaccuracy.tsx'
import { To } from './To.tsx'
import { segment } from './segment.ts'

/** Columns of the open findings of one asset. */
export const findingColumns: Column<Finding>[] = [
  {
    id: 'subject',
    title: 'Finding',
    sort: 'subject',
    cell: (finding) => (
      <span className="flex items-center gap-2">
        {finding.kind === 'vulnerability' ? (
          <To page={`/vulnerabilities/${segment(finding.subject)}`} className="link shrink-0 font-medium">
            {finding.subject}
          </To>
        ) : (
          <To
            page="/secure-score"
            change={{ open: finding.subject }}
            className="link truncate font-medium"
            title={finding.title ?? finding.subject}
          >
            {finding.title ?? finding.subject}
          </To>
        )}
        {finding.kind === 'vulnerability' && finding.title && (
          <span className="truncate text-ink-3" title={finding.title}>
            {finding.title}
          </span>
        )}
        <ExceptionMark exception={finding.exception} />
      </span>
    ),
  },
  {
    id: 'share',
    title: 'Part of exposure',
    width: 138,
    sort: 'hazard',
    down: true,
    hint: "Its part of the asset's hazard",
    cell: (finding) => (
      <span className="flex items-center gap-2">
        <ShareBar share={finding.share} fill="bg-exposed" className="w-12" />
        <span className="num">{percent(finding.share)}</span>
      </span>
    ),
  },
  {
    id: 'severity',
    title: 'Severity',
    width: 105,
    sort: 'severity',
    down: true,
    cell: (finding) => <SeverityBadge severity={finding.severity} />,
  },
  { id: 'stage', title: 'Threat', width: 170, sort: 'stage', down: true, cell: (finding) => <StageBadge stage={finding.stage} /> },
  {
    id: 'component',
    title: 'Component',
    width: 165,
    sort: 'component',
    cell: (finding) => (
      <span title={`${finding.component ?? ''} ${finding.version ?? ''}`}>
        {finding.component ?? finding.place ?? '–'} <span className="text-ink-3">{finding.version ?? ''}</span>
      </span>
    ),
  },
  {
    id: 'fixed',
    title: 'Fixed in',
    width: 95,
    cell: (finding) => <span title={finding.fixed_version ?? ''}>{finding.fixed_version ?? '–'}</span>,
  },
  { id: 'cvss', title: 'CVSS', width: 75, sort: 'cvss', down: true, align: 'right', hidden: true, cell: (finding) => cvss(finding.cvss) },
  {
    id: 'epss',
    title: 'EPSS',
    width: 105,
    sort: 'epss',
    down: true,
    align: 'right',
    hint: 'Probability of exploitation in the next 30 days',
    cell: (finding) => <Epss value={finding.epss} />,
  },
  {
    id: 'since',
    title: 'First seen',
    width: 105,
    cell: (finding) => <span className="num">{day(finding.first_seen_at)}</span>,
  },
  {
    id: 'except',
    title: 'Except',
    width: 80,
    hint: 'Add an exception for this finding',
    cell: (finding) =>
      finding.exception ? null : (
        <To
          page="/exceptions"
          change={{ add: '1', finding: String(finding.finding_id) }}
          className="link text-xs"
          aria-label={`Add an exception for ${finding.subject}`}
        >
          Except
        </To>
      ),
  },
  {
    id: 'report',
    title: 'Wrong?',
    width: 75,
    hint: 'Report an inaccuracy',
    cell: (finding) => (
      <ReportInaccuracy small about="finding" subject={String(finding.finding_id)} title={`${finding.subject} on ${finding.asset_name}`} />
    ),
  },
  { id: 'sources', title: 'Sources', width: 130, hidden: true, cell: (finding) => finding.sources.join(', ') },
]

/** Open findings, those that weigh most first. */
export function FindingsTable({ list, label }: { list: Listing<Finding>; label: string }) {
  return (
    <DataTable
      label={label}
      columns={findingColumns}
      list={list}
      rowKey={(finding) => finding.finding_id}
      defaultSort="-hazard"
      height={620}
      empty={<Empty title="No open finding">No report says that something is wrong with this asset, or the filters leave none.</Empty>}
    />
  )
}
