import { useMemo } from 'react'
import type { ReactNode } from 'react'
import { useParams } from 'wouter'
import { useAsk, useList } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { count, direction, instant, level as levelWord, score, word, yesNo } from '../../format.ts'
import { Chip, CriticalityBadge } from '../../components/Badge.tsx'
import { Card, Facts } from '../../components/Card.tsx'
import { CopyLink } from '../../components/Flyout.tsx'
import { Page } from '../../components/Page.tsx'
import { useLastDay } from '../../components/shell.ts'
import { Loading, Problem } from '../../components/Problem.tsx'
import { exposureZones, ScoreTrend } from '../../components/ScoreTrend.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { AssetActions } from './AssetActions.tsx'
import { AssetFacts } from './AssetFacts.tsx'
import { AssetFindings } from './AssetFindings.tsx'
import { AssetLevels } from './AssetLevels.tsx'
import { SupportEnd } from '../software/SupportEnd.tsx'
import { AssetSoftware } from './AssetSoftware.tsx'
import { AssetTodo } from './AssetTodo.tsx'
import { everyDay } from './every-day.ts'
import { WhatMakesIt } from './WhatMakesIt.tsx'

type Asset = Answer<'/api/v1/assets/{asset_id}'>
const parent = { page: '/assets', title: 'Assets' }

const why = {
  active: 'No report looked for vulnerabilities on it.',
  stale: 'No report covered it lately, so it is out of the score.',
  never_scanned: 'No report ever looked for vulnerabilities on it.',
  left: 'It has left.',
} as const

/** One asset: its exposure, what makes it up, everything known about it. */
export function AssetPage() {
  const { id = '' } = useParams<{ id: string }>()
  const { data, error, refetch } = useAsk('/api/v1/assets/{asset_id}', { path: { asset_id: Number(id) } })
  const heaviest = useList('/api/v1/assets/{asset_id}/findings', { path: { asset_id: Number(id) }, query: { sort: '-hazard' } })
  const last = useLastDay()
  const history = useMemo(() => everyDay(data?.history ?? [], last), [data, last])
  if (error || !data) {
    return (
      <Page title="Asset" name="Asset" parent={parent}>
        {error ? <Problem error={error} retry={() => void refetch()} /> : <Loading className="h-96" />}
      </Page>
    )
  }
  return (
    <Page
      title={data.name}
      name={data.name}
      parent={parent}
      line={<Line asset={data} />}
      actions={
        <>
          <AssetActions asset={data} />
          <CopyLink />
        </>
      }
    >
      <div className="grid grid-cols-12 gap-4">
        <Card title="Exposure" note={direction('lower_is_better')} className="col-span-12 md:col-span-5 xl:col-span-3">
          <ExposureFigure asset={data} />
        </Card>
        <Card title="What makes it up" className="col-span-12 md:col-span-7 xl:col-span-4">
          <WhatMakesIt findings={heaviest.rows} total={heaviest.total ?? 0} loading={heaviest.loading} />
        </Card>
        <Card title="History" className="col-span-12 xl:col-span-5">
          <ScoreTrend
            why={{ score: 'exposure', asset: data.asset_id }}
            title="Exposure"
            points={history}
            zones={exposureZones}
            height={190}
            brush={false}
          />
        </Card>
      </div>
      <TabStrip
        label="Asset"
        tabs={[
          { id: 'findings', title: 'Findings', amount: heaviest.total, content: <AssetFindings id={data.asset_id} /> },
          { id: 'todo', title: 'What to do', content: <AssetTodo id={data.asset_id} /> },
          { id: 'software', title: 'Software', content: <AssetSoftware id={data.asset_id} /> },
          { id: 'levels', title: 'Level, group, value', content: <AssetLevels id={data.asset_id} /> },
          { id: 'about', title: 'Attributes, names, coverage', content: <AssetFacts asset={data} /> },
        ]}
      />
    </Page>
  )
}

function Line({ asset }: { asset: Asset }) {
  const parts: ReactNode[] = [word(asset.type), asset.os, asset.asset_group, asset.owner].filter(Boolean)
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      {parts.map((part, index) => (
        <span key={index}>
          {index > 0 && <span className="mr-2 text-ink-3">·</span>}
          {part}
        </span>
      ))}
      {asset.internet_facing && <Chip tone="warn">Internet-facing</Chip>}
      {asset.os_support && asset.os_support.support !== 'supported' && (
        <span className="inline-flex items-center gap-1">
          Support of {asset.os_support.title} {asset.os_support.release} <SupportEnd one={asset.os_support} />
        </span>
      )}
      {asset.state !== 'active' && (
        <Chip tone="warn">{{ stale: 'Not looked at lately', never_scanned: 'Never looked at', left: 'Left' }[asset.state]}</Chip>
      )}
    </span>
  )
}

function ExposureFigure({ asset }: { asset: Asset }) {
  return (
    <div className="flex flex-col gap-3">
      {asset.exposure === null ? (
        <p className="text-sm text-ink-3">Not in the score. {why[asset.state]}</p>
      ) : (
        <p>
          <span className="text-3xl leading-none font-semibold tracking-tight">{levelWord(asset.level)}</span>
          <span className="num ml-2 text-base text-ink-2">
            {score(asset.exposure)} <span className="text-xs text-ink-3">of 100</span>
          </span>
        </p>
      )}
      <Facts
        className="grid-cols-2 border-t border-line pt-3"
        facts={[
          ['Vulnerabilities', `${count(asset.vulnerabilities)}, ${count(asset.critical)} critical`],
          ['Known exploited', count(asset.exploited)],
          ['Controls not met', count(asset.failed_controls)],
          ['Criticality', <CriticalityBadge key="c" criticality={asset.criticality} />],
          ['Value in the score', String(asset.value)],
          ['Internet-facing', yesNo(asset.internet_facing)],
          ['Last looked at', instant(asset.last_seen_at)],
          ['Sources', asset.sources.join(', ') || '–'],
        ]}
      />
    </div>
  )
}
