import type { ReactNode } from 'react'
import { ExternalLink } from 'lucide-react'
import { useAsk, useList } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, counted, day, gain, instant, score, word } from '../../format.ts'
import { AffectedAssets } from '../../components/AffectedAssets.tsx'
import { Chip, SeverityBadge } from '../../components/Badge.tsx'
import { buttonLook } from '../../components/Button.tsx'
import { Facts } from '../../components/Card.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { OutLink, PlainText } from '../../components/Foreign.tsx'
import { Choice } from '../../components/Choice.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { ReportInaccuracy } from '../../components/ReportInaccuracy.tsx'
import { Share } from '../../components/Share.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import { VulnerabilityList } from '../../components/VulnerabilityList.tsx'
import { segment } from '../../components/segment.ts'
import { RequestRemediation } from '../remediation/RequestRemediation.tsx'
import { Impact, Risk, StateChip, Tags, Threats } from './marks.tsx'
import { exceptionNames, stateMeanings, surfaceNames } from './words.ts'

type Recommendation = Answer<'/api/v1/recommendations/{id}'>

/** One recommendation in a drawer. An empty id shows nothing. */
export function RecommendationFlyout({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, refetch } = useAsk('/api/v1/recommendations/{id}', { path: { id }, enabled: id !== '' })
  return (
    <Flyout
      open={id !== ''}
      onClose={onClose}
      kind="Recommendation"
      title={data?.title ?? 'Recommendation'}
      wide
      actions={data && <Share title={data.title} figures={[data.implementation]} />}
    >
      {error ? <Problem error={error} retry={() => void refetch()} /> : data ? <Content one={data} /> : <Loading className="h-96" />}
    </Flyout>
  )
}

function Content({ one }: { one: Recommendation }) {
  const { get, set } = useParameters()
  const quiet = get('user_impact') === 'none'
  const assets = useList('/api/v1/recommendations/{id}/assets', {
    path: { id: one.id },
    query: { ...(get('asset_sort') ? { sort: get('asset_sort') } : {}), ...(quiet ? { user_impact: 'none' as const } : {}) },
  })
  return (
    <TabStrip
      label="Recommendation"
      tabs={[
        { id: 'overview', title: 'Overview', content: <Overview one={one} /> },
        { id: 'steps', title: 'Steps', content: <Steps one={one} /> },
        {
          id: 'assets',
          title: 'Assets',
          amount: one.assets,
          content: (
            <>
              {one.user_impact !== null && (
                <Choice
                  checked={quiet}
                  onChange={(on) => set({ user_impact: on ? 'none' : null }, { replace: true })}
                  aside={count(one.user_impact.none)}
                >
                  Only assets without impact on users
                </Choice>
              )}
              <AffectedAssets list={assets} label={`Assets of ${one.title}`} />
            </>
          ),
        },
        ...(one.vulnerability_list.length > 0
          ? [
              {
                id: 'vulnerabilities',
                title: 'Vulnerabilities',
                amount: one.vulnerability_list.length,
                content: <VulnerabilityList vulnerabilities={one.vulnerability_list} />,
              },
            ]
          : []),
        {
          id: 'initiatives',
          title: 'Initiatives',
          amount: one.related_initiatives.length,
          content: (
            <Related
              list={one.related_initiatives}
              page={(id) => [`/initiatives/${id}`, {}]}
              moved={
                new Map(
                  one.gains.initiatives.map((each) => [each.id, `${gain(each.gain)} better, ${score(each.before)} → ${score(each.after)}`]),
                )
              }
              none="No initiative asks for any of its findings."
            />
          ),
        },
        {
          id: 'metrics',
          title: 'Metrics',
          amount: one.related_metrics.length,
          content: (
            <Related
              list={one.related_metrics}
              page={(id) => ['/metrics', { open: id }]}
              moved={
                new Map(one.gains.metrics.map((each) => [each.id, `clears ${each.cleared} of ${counted(each.exposed, 'exposed asset')}`]))
              }
              none="No metric asks for any of its findings."
            />
          ),
        },
      ]}
    />
  )
}

function Related({
  list,
  page,
  moved,
  none,
}: {
  list: readonly { id: string; title: string }[]
  page: (id: string) => [string, Record<string, string>]
  moved: ReadonlyMap<string, string>
  none: string
}) {
  if (list.length === 0) return <Empty title="None">{none}</Empty>
  return (
    <ul className="divide-y divide-line text-sm">
      {list.map(({ id, title }) => {
        const [path, change] = page(id)
        return (
          <li key={id} className="flex items-center justify-between gap-3 py-2">
            <To page={path} change={change}>
              {title}
            </To>
            <span className={moved.has(id) ? 'num text-better' : 'text-ink-3'}>
              {moved.get(id) ?? 'would not move: other findings keep its assets exposed'}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

function Steps({ one }: { one: Recommendation }) {
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm">
        <Chip>{word(one.remediation_type)}</Chip>
      </p>
      {one.remediation ? <PlainText text={one.remediation} /> : <p className="text-sm text-ink-3">No source says how.</p>}
      {one.url && (
        <p className="text-sm">
          <OutLink href={one.url} />
        </p>
      )}
    </div>
  )
}

function Gains({ one }: { one: Recommendation }) {
  const moved = [one.gains.exposure, one.gains.secure, ...one.gains.initiatives].filter((each) => each.gain > 0)
  return (
    <section aria-label="What it gives back" className="rounded-lg bg-better-soft px-4 py-3">
      {moved.length === 0 ? (
        <p className="text-sm text-ink-2">No score would move now.</p>
      ) : (
        <table className="w-full text-sm">
          <thead className="sr-only">
            <tr>
              <th>Score</th>
              <th>Now and then</th>
              <th>Expected gain</th>
            </tr>
          </thead>
          <tbody>
            {moved.map((each) => (
              <tr key={each.id}>
                <td className="py-0.5">{each.title}</td>
                <td className="num py-0.5 text-right text-ink-2">
                  {score(each.before)} → {score(each.after)}
                </td>
                <td className="num py-0.5 pl-4 text-right font-semibold whitespace-nowrap text-better">{gain(each.gain)} better</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="mt-1 text-xs text-ink-2">
        Expected: what changes if{' '}
        {one.kind === 'metric'
          ? 'none of its assets were exposed to the metric any more'
          : `exactly its ${counted(one.gains.findings, 'finding')} closed now, on the same assets`}
        . Gains of several recommendations are not added.
      </p>
    </section>
  )
}

/** What sources expect users to notice when a setting is mended, by exposed assets. */
function impactWords({ user_impact, assets }: Recommendation): string {
  if (user_impact === null) return 'Not stated'
  const silent = assets - user_impact.none - user_impact.expected
  return [
    `None expected on ${count(user_impact.none)} of ${counted(assets, 'asset')}`,
    ...(user_impact.expected > 0 ? [`expected on ${count(user_impact.expected)}`] : []),
    ...(silent > 0 ? [`not stated of ${count(silent)}`] : []),
  ].join(', ')
}

function Overview({ one }: { one: Recommendation }) {
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-2">
        <span title={stateMeanings[one.state]}>
          <StateChip state={one.state} />
        </span>
        {one.exception !== 'active' && <Chip tone="accent">{exceptionNames[one.exception]}</Chip>}
        <Risk row={one} />
        <SeverityBadge severity={one.severity} />
        <Threats threats={one.threats} />
        <Tags tags={one.tags} />
      </div>
      <p className="text-sm">{one.implementation}</p>
      <Gains one={one} />
      {one.description && <PlainText text={one.description} />}
      <div className="flex flex-wrap gap-2">
        {one.product_url && (
          <a href={one.product_url.url} target="_blank" rel="noreferrer noopener" className={buttonLook('primary')}>
            Manage in {one.workload ?? 'the product'} <span className="font-normal opacity-80">{one.product_url.host}</span>
            <ExternalLink size={13} aria-label="opens in a new tab" />
          </a>
        )}
        {one.assets > 0 && one.kind !== 'metric' && <RequestRemediation recommendation={one} />}
        {(one.kind === 'setting' || one.component !== null) && (
          <To
            page="/exceptions"
            change={{
              add: 'yes',
              ...(one.kind === 'setting' ? { kind: 'control', subject: one.id.slice('setting:'.length) } : { component: one.component }),
            }}
            className={buttonLook('plain')}
          >
            Exception
          </To>
        )}
        {one.software && (
          <To page={`/software/${segment(one.software.name)}`} className={buttonLook('plain')}>
            Open software page
          </To>
        )}
        <ReportInaccuracy about="recommendation" subject={one.id} title={one.title} />
      </div>
      <Facts
        facts={
          [
            ['Impact', <Impact key="i" impact={one.impact} />],
            ['Exposed assets', count(one.assets)],
            ['After exceptions', count(one.assets_after)],
            ...(one.kind === 'setting' ? [['Impact on users', impactWords(one)] as [string, string]] : []),
            ['Active alert', one.active_alert === null ? 'Not stated' : one.active_alert ? 'Possible' : 'None'],
            ...(one.gain_before === one.gain ? [] : ([['Gain without exceptions', gain(one.gain_before)]] as [string, string][])),
            ['Critical assets', count(one.critical_assets)],
            ['Internet-facing assets', count(one.internet_assets)],
            ['Findings', count(one.findings)],
            [
              'Remediation activities',
              one.activities === 0 ? (
                '0'
              ) : (
                <To key="r" page="/remediation" change={{ recommendation: one.id }}>
                  {count(one.activities)}
                </To>
              ),
            ],
            ...(one.vulnerabilities > 0 ? [['Vulnerabilities', count(one.vulnerabilities)] as [string, string]] : []),
            ...(one.fixed_version ? [['Fixed in', one.fixed_version] as [string, string]] : []),
            ['Workload', one.workload ?? '–'],
            ...(one.vendor ? [['Vendor', one.vendor] as [string, string]] : []),
            ['Attack surface', one.surfaces.map((surface) => surfaceNames[surface]).join(', ') || '–'],
            ...(one.category ? [['Category', one.category] as [string, string]] : []),
            [
              'Source',
              `${one.sources.join(', ') || (one.kind === 'campaign' ? 'Catalogue' : one.kind === 'metric' ? 'Metric' : '–')}${one.stale ? ' (silent)' : ''}`,
            ],
            ['Counts toward a score', one.counts ? 'Yes' : 'No'],
            ['Last state change', one.last_state_change === null ? 'More than 180 days ago' : day(one.last_state_change)],
            ['Last calculated', instant(one.last_calculated_at)],
            [
              'Id',
              <code key="id" className="font-mono text-xs break-all">
                {one.id}
              </code>,
            ],
          ] as [string, ReactNode][]
        }
      />
    </div>
  )
}
