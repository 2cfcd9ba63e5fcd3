import { useParams } from 'wouter'
import { useAsk, useList } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, day } from '../../format.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { AffectedAssets } from '../../components/AffectedAssets.tsx'
import { StageBadge } from '../../components/Badge.tsx'
import { Card, Facts } from '../../components/Card.tsx'
import { CopyLink } from '../../components/Flyout.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { VulnerabilityList } from '../../components/VulnerabilityList.tsx'
import { SoftwareEvents } from './SoftwareEvents.tsx'

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
  if (error) {
    return (
      <Page title={name} name={name} parent={parent}>
        <Problem error={error} retry={() => void refetch()} />
      </Page>
    )
  }
  if (!data) return <Loading className="m-6 h-96" />
  const most = Math.max(1, ...data.version_list.map((version) => version.assets))
  return (
    <Page title={data.name} name={data.name} parent={parent} line={data.vendor ?? undefined} actions={<CopyLink />}>
      <div className="grid grid-cols-12 gap-4">
        <Card className="col-span-12">
          <Facts
            facts={[
              ['Assets', count(data.assets)],
              ['Exposed assets', count(data.exposed_assets)],
              ['Vulnerabilities', count(data.vulnerabilities)],
              ['Critical', count(data.critical)],
              ['Threat', <StageBadge key="s" stage={data.stage} all />],
              ['Support ends', day(data.end_of_support_at)],
              [
                'Events',
                <To key="e" page="/events" change={{ component: data.name }}>
                  Risk events of it
                </To>,
              ],
            ]}
          />
        </Card>
        <Card title="Versions" note={count(data.versions)} className="col-span-12 lg:col-span-5">
          {data.version_list.length === 0 ? (
            <Empty title="No version known" />
          ) : (
            <ul className="flex max-h-96 flex-col gap-1.5 overflow-y-auto text-sm">
              {data.version_list.map((version) => (
                <li key={version.version} className="grid grid-cols-[minmax(0,1fr)_6rem_4rem_8.5rem] items-center gap-3">
                  <span className="num truncate" title={version.version}>
                    {version.version || 'unknown'}
                  </span>
                  <ShareBar share={version.assets / most} />
                  <span className="num text-right">{count(version.assets)}</span>
                  <span className="num text-right text-xs text-ink-3">
                    {version.vulnerabilities === 0 ? 'none known' : `${count(version.vulnerabilities)} vulnerabilities`}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Card>
        <Card title="Vulnerabilities" note={count(data.vulnerability_list.length)} className="col-span-12 lg:col-span-7">
          {data.vulnerability_list.length === 0 ? (
            <Empty title="None known">No open finding names this software.</Empty>
          ) : (
            <VulnerabilityList vulnerabilities={data.vulnerability_list} />
          )}
        </Card>
      </div>
      <SoftwareEvents name={data.name} />
      <section aria-label="Assets" className="flex flex-col gap-2">
        <h2 className="text-sm font-semibold">Where it is</h2>
        <AffectedAssets list={assets} label={`Assets with ${data.name}`} />
      </section>
    </Page>
  )
}
