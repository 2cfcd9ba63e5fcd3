import type { ReactNode } from 'react'
import { useAsk, useList } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, counted, gain, word } from '../../format.ts'
import { AffectedAssets } from '../../components/AffectedAssets.tsx'
import { Chip, SeverityBadge, StageBadge } from '../../components/Badge.tsx'
import { Facts } from '../../components/Card.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { OutLink, PlainText } from '../../components/Foreign.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import { VulnerabilityList } from '../../components/VulnerabilityList.tsx'

type Recommendation = Answer<'/api/v1/recommendations/{id}'>

/** One recommendation in a drawer. An empty id shows nothing. */
export function RecommendationFlyout({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, refetch } = useAsk('/api/v1/recommendations/{id}', { path: { id }, enabled: id !== '' })
  return (
    <Flyout open={id !== ''} onClose={onClose} kind="Recommendation" title={data?.title ?? 'Recommendation'} wide>
      {error ? <Problem error={error} retry={() => void refetch()} /> : data ? <Content one={data} /> : <Loading className="h-96" />}
    </Flyout>
  )
}

function Content({ one }: { one: Recommendation }) {
  const { get } = useParameters()
  const assets = useList('/api/v1/recommendations/{id}/assets', {
    path: { id: one.id },
    query: get('asset_sort') ? { sort: get('asset_sort') } : {},
  })
  return (
    <TabStrip
      label="Recommendation"
      tabs={[
        { id: 'general', title: 'General', content: <General one={one} /> },
        {
          id: 'assets',
          title: 'Affected assets',
          amount: one.assets,
          content: <AffectedAssets list={assets} label={`Assets of ${one.title}`} />,
        },
        {
          id: 'vulnerabilities',
          title: 'Vulnerabilities',
          amount: one.vulnerability_list.length,
          content:
            one.vulnerability_list.length === 0 ? (
              <Empty title="No vulnerability">This changes a setting.</Empty>
            ) : (
              <VulnerabilityList vulnerabilities={one.vulnerability_list} />
            ),
        },
      ]}
    />
  )
}

function General({ one }: { one: Recommendation }) {
  return (
    <div className="flex flex-col gap-5">
      <div className="rounded-lg bg-better-soft px-4 py-3">
        <p className="text-sm text-ink-2">
          <span className="num text-2xl font-semibold text-better">{gain(one.gain)}</span>{' '}
          {one.gain === 0 ? 'expected gain' : `points of the ${one.score} score, expected`}
        </p>
        <p className="mt-0.5 text-xs text-ink-2">
          What changes if exactly its {counted(one.findings, 'finding')} closed now, on the same assets. Gains of several recommendations
          are not added.
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <StageBadge stage={one.stage} />
        <SeverityBadge severity={one.severity} />
        <Chip>{word(one.kind)}</Chip>
      </div>
      {one.description && <PlainText text={one.description} />}
      {one.remediation && (
        <section aria-label="How to do it">
          <h3 className="mb-1 text-sm font-semibold">How to do it</h3>
          <PlainText text={one.remediation} />
        </section>
      )}
      {one.url && (
        <p className="text-sm">
          <OutLink href={one.url} />
        </p>
      )}
      <Facts
        facts={[
          ['Assets', count(one.assets)],
          ['Critical assets', count(one.critical_assets)],
          ['Findings', count(one.findings)],
          ...(one.vulnerabilities > 0 ? [['Vulnerabilities', count(one.vulnerabilities)] as [string, string]] : []),
          ...(one.component
            ? [
                [
                  'Component',
                  <To key="c" page={`/software`} change={{ search: one.component }}>
                    {one.component}
                  </To>,
                ] as [string, ReactNode],
              ]
            : []),
          ...(one.fixed_version ? [['Fixed in', one.fixed_version] as [string, string]] : []),
          ...(one.category ? [['Category', one.category] as [string, string]] : []),
          ...(one.source && one.source !== one.url ? [['Source', one.source] as [string, string]] : []),
        ]}
      />
      {one.metrics.length > 0 && (
        <section aria-label="Metrics that it improves">
          <h3 className="mb-1 text-sm font-semibold">Metrics that it improves</h3>
          <ul className="text-sm">
            {one.metrics.map((metric) => (
              <li key={metric.id} className="py-0.5">
                <To page="/metrics" change={{ open: metric.id }}>
                  {metric.title}
                </To>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}
