import type { ReactNode } from 'react'
import { useParams } from 'wouter'
import { useAsk, useList } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, fine } from '../../format.ts'
import { AffectedAssets } from '../../components/AffectedAssets.tsx'
import { buttonLook } from '../../components/Button.tsx'
import { StageBadge } from '../../components/Badge.tsx'
import { Card, Facts } from '../../components/Card.tsx'
import { CopyLink } from '../../components/Flyout.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import { VulnerabilityList } from '../../components/VulnerabilityList.tsx'
import { Tags } from '../recommendations/marks.tsx'
import { SoftwareEvents } from './SoftwareEvents.tsx'
import { SupportEndSaid } from './SupportEnd.tsx'
import { Versions } from './Versions.tsx'
import { VersionsOverTime } from './VersionsOverTime.tsx'

const parent = { page: '/software', title: 'Software' }

/** One software: its versions, its vulnerabilities, where it is. */
export function SoftwarePage() {
  const { name: part = '' } = useParams<{ name: string }>()
  const { get } = useParameters()
  const name = decodeURIComponent(part)
  const vendor = get('vendor') ? { vendor: get('vendor') } : {}
  const { data, error, refetch } = useAsk('/api/v1/software/{name}', { path: { name }, query: vendor })
  const assets = useList('/api/v1/software/{name}/assets', {
    path: { name },
    query: { ...vendor, ...(get('asset_sort') ? { sort: get('asset_sort') } : {}) },
  })
  if (error || !data) {
    return (
      <Page title={name} name={name} parent={parent}>
        {error ? <Problem error={error} retry={() => void refetch()} /> : <Loading className="h-96" />}
      </Page>
    )
  }
  return (
    <Page
      title={data.name}
      name={data.name}
      parent={parent}
      line={data.vendor ?? undefined}
      actions={
        <>
          <To page="/initiatives/product" change={{ name: data.name }} className={buttonLook('plain')}>
            Initiative for it
          </To>
          <CopyLink />
        </>
      }
    >
      <Card>
        <Facts
          facts={[
            ['Assets', count(data.assets)],
            ['Exposed assets', count(data.exposed_assets)],
            ['Vulnerabilities', count(data.vulnerabilities)],
            ['Critical', count(data.critical)],
            ['Threat', <StageBadge key="s" stage={data.stage} all />],
            ['Part of the exposure score', data.impact > 0 ? `${fine(data.impact)} points` : 'None'],
            ['CPE', data.cpe ?? 'Not available'],
            ...(data.tags.length > 0 ? [['Tags', <Tags key="t" tags={data.tags} />] as [string, ReactNode]] : []),
            ['Support ends', <SupportEndSaid key="e" one={data} />],
            [
              'What to do',
              <To key="r" page="/recommendations" change={{ search: data.name }} className="link">
                Recommendations for it
              </To>,
            ],
          ]}
        />
      </Card>
      <TabStrip
        label={data.name}
        tabs={[
          {
            id: 'versions',
            title: 'Versions',
            amount: data.version_list.length,
            content: (
              <div className="flex flex-col gap-4">
                <VersionsOverTime name={name} vendor={data.vendor ?? ''} />
                <Versions versions={data.version_list} />
              </div>
            ),
          },
          {
            id: 'vulnerabilities',
            title: 'Vulnerabilities',
            amount: data.vulnerability_list.length,
            content:
              data.vulnerability_list.length === 0 ? (
                <Empty title="None known">No open finding names this software.</Empty>
              ) : (
                <Card>
                  <VulnerabilityList vulnerabilities={data.vulnerability_list} />
                </Card>
              ),
          },
          {
            id: 'assets',
            title: 'Assets',
            amount: data.assets,
            content: <AffectedAssets list={assets} label={`Assets with ${data.name}`} />,
          },
          { id: 'events', title: 'Event timeline', content: <SoftwareEvents name={data.name} vendor={data.vendor ?? ''} /> },
        ]}
      />
    </Page>
  )
}
